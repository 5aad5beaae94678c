"use client";
import { createContext, useContext, type Context } from "react";
import { createOnDemand, useOnDemand, type Loaded, type OnDemand } from "./on-demand.js";

/** What a chat does not need to show its first screen. Each is a file of its own. */
export interface Pieces {
  /** Reads and draws Markdown. Fetched when an answer or a chat mounts. */
  readonly markdown: OnDemand<typeof import("../message/markdown-text.js")>;
}

export type PieceName = keyof Pieces;

const PIECES: Pieces = {
  markdown: createOnDemand({
    name: "the reader of Markdown",
    meanwhile: "Answers are shown as plain text until it is there.",
    fetch: () => import("../message/markdown-text.js"),
  }),
};

/** Replaced only by tests, which say themselves when a piece comes and whether. */
export const PiecesContext: Context<Pieces> = createContext(PIECES);

export function usePiece<Name extends PieceName>(name: Name): Loaded<Awaited<ReturnType<Pieces[Name]["load"]>>> {
  const piece = useContext(PiecesContext)[name] as OnDemand<Awaited<ReturnType<Pieces[Name]["load"]>>>;
  return useOnDemand(piece);
}

/**
 * Fetches what is otherwise fetched when it is needed; all of it without names. Rejects when one could not be fetched.
 * Await it before a test, and on the server and in the browser alike before markup is made in one and taken over in the
 * other: what is there at that moment is part of the markup.
 */
export async function preload(...names: readonly PieceName[]): Promise<void> {
  const wanted = names.length === 0 ? Object.values<OnDemand<unknown>>({ ...PIECES }) : names.map((name) => PIECES[name]);
  await Promise.all(wanted.map((piece) => piece.load()));
}
