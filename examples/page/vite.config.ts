import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// In development the API is that of `npm start`.
export default defineConfig({ plugins: [react()], server: { proxy: { "/api": "http://127.0.0.1:8080" } } });
