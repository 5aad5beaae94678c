"use client";

import { QueryClient, QueryClientContext } from "@tanstack/react-query";
import { useContext } from "react";

let shared: QueryClient | undefined;

/** The app's query client where there is one, so that its defaults and devtools see the thread; else one of our own. */
export function useUnsayQueryClient(): QueryClient {
  const fromApp = useContext(QueryClientContext);
  return fromApp ?? (shared ??= new QueryClient());
}
