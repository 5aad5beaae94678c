import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "@unsay/ui/styles.css";
import "../../../packages/ui/src/problems/problems.css";
import "./playground.css";
import { Playground } from "./playground.tsx";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root element, so the playground has no place to render into.");

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={new QueryClient()}>
      <Playground />
    </QueryClientProvider>
  </StrictMode>,
);
