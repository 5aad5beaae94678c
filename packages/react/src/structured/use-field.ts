"use client";

import type { StructuredPath, StructuredStream } from "@unsay/core";
import { useSyncExternalStore } from "react";

/** `value` is `undefined` while there is nothing to show; only a closed value is final. */
export interface UseFieldResult {
  readonly value: unknown;
  readonly isClosed: boolean;
}

/** One place of a structured stream. Wakes only when what stands at `path` changes or closes; the path may be made anew. */
export function useField(stream: StructuredStream, path: StructuredPath): UseFieldResult {
  const value = useSyncExternalStore(
    stream.subscribe,
    () => stream.read(path),
    () => stream.read(path),
  );
  const isClosed = useSyncExternalStore(
    stream.subscribe,
    () => stream.isClosed(path),
    () => stream.isClosed(path),
  );
  return { value, isClosed };
}
