// @ts-check
import { idOf } from "./dom.mjs";
import { QueryClientProvider, useQuery } from "@tanstack/react-query";
import { createElement } from "react";
import { itemQuery, queryClient } from "../../tanstack-query.ts";
import { serveThread } from "../thread.mjs";

await serveThread(
  async (url) => (id) =>
    idOf(() => useQuery(itemQuery(`${url}/items/${id}`)), (child) => createElement(QueryClientProvider, { client: queryClient }, child)),
);
