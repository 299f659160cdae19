import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "./api.ts";
import { Items } from "./Items.tsx";
import { OrderForm } from "./OrderForm.tsx";
import "./style.css";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <main>
        <h1>Orders</h1>
        <Items count={30} />
        <OrderForm />
      </main>
    </QueryClientProvider>
  </StrictMode>,
);
