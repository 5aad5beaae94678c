"use client";

import { createStructuredReader, type StructuredPath, type StructuredReading, type StructuredSchema, type TextPart } from "@unsay/core";
import { useEffect, useState, useSyncExternalStore } from "react";

export interface UseStructuredResult<Output = unknown> extends StructuredReading<Output> {
  /** `closed` once the value at `path` is there and final; after a cut what was open stays `open`. */
  readonly stateOf: (path: StructuredPath) => "open" | "closed";
}

/**
 * The JSON of one part of an answer: what of it may be shown, which paths are closed, and the whole once it is complete.
 * `schema` is read once for each part id, so it may be made anew in each render. Give `stream` to `useField` in children
 * that should wake for their own path only.
 */
export function useStructured<Output = unknown>(part: TextPart, schema?: StructuredSchema<Output>): UseStructuredResult<Output> {
  const open = () => ({ id: part.id, reader: readerOf(part, schema) });
  const [held, setHeld] = useState(open);
  const current = held.id === part.id ? held : open();
  if (current !== held) setHeld(current);
  const { reader } = current;
  // Children listen to the stream, and nothing may wake them in the middle of a render.
  useEffect(() => void reader.read(part), [reader, part]);
  const reading = useSyncExternalStore(reader.subscribe, reader.reading, reader.reading);
  return { ...reading, stateOf: (path) => (reading.stream.isClosed(path) ? "closed" : "open") };
}

/** Nobody listens yet, so the first look already shows what the part holds. */
function readerOf<Output>(part: TextPart, schema: StructuredSchema<Output> | undefined): ReturnType<typeof createStructuredReader<Output>> {
  const reader = createStructuredReader(schema);
  reader.read(part);
  return reader;
}
