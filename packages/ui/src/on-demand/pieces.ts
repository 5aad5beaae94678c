"use client";
import { createContext, useContext, useEffect, type Context } from "react";
import type * as RunsPiece from "@unsay/core/runs";
import type * as WritingPiece from "../composer/writing-parts.js";
import type * as MarkdownPiece from "../message/markdown-text.js";
import type * as RevisionsPiece from "../message/revision-parts.js";
import type * as ThreadPiece from "../thread/thread-parts.js";
import type * as ToolsPiece from "../tool-call/tool-parts.js";
import { createOnDemand, useOnDemand, type Loaded, type OnDemand } from "./on-demand.js";

/** What a chat does not need to show its first screen. Each is a file of its own. */
export interface Pieces {
  /** Reads and draws Markdown. Fetched when an answer or a chat mounts. */
  readonly markdown: OnDemand<typeof MarkdownPiece>;
  /** What is done with an answer besides reading it: corrections told and compared, versions, copies. Fetched with the first of them, and while a chat has nothing to do. */
  readonly revisions: OnDemand<typeof RevisionsPiece>;
  /** Reads runs: their events, their pace, their commands. Fetched when something is sent or goes on, and while a chat has nothing to do. */
  readonly runs: OnDemand<typeof RunsPiece>;
  /** Reads the stored thread through the app's query cache, and words events for screen readers. Fetched when a chat mounts. */
  readonly thread: OnDemand<typeof ThreadPiece>;
  /** Gates with all that opens from them, and receipts; what they send goes through `runs`, so both come together. Fetched when a tool is proposed, and while a chat has nothing to do. */
  readonly tools: OnDemand<typeof ToolsPiece>;
  /** Files, the queue, changing a message that was sent, other ways to send. Fetched with the first of them, and while a chat has nothing to do. */
  readonly writing: OnDemand<typeof WritingPiece>;
}

export type PieceName = keyof Pieces;

const PIECES: Pieces = {
  markdown: createOnDemand({
    name: "the reader of Markdown",
    meanwhile: "Answers are shown as plain text until it is there.",
    fetch: () => import("../message/markdown-text.js"),
  }),
  revisions: createOnDemand({
    name: "what tells of corrections and copies answers",
    meanwhile: "What has changed is marked and can't be compared, and the buttons to copy an answer do nothing until it is there.",
    fetch: () => import("../message/revision-parts.js"),
  }),
  runs: createOnDemand({
    name: "what reads a run",
    meanwhile: "Nothing is sent and no answer goes on until it is there.",
    fetch: () => import("@unsay/core/runs"),
  }),
  thread: createOnDemand({
    name: "the query of the stored thread and the announcements for screen readers",
    meanwhile: "The thread is read past the query cache, and nothing is announced until it is there.",
    fetch: () => import("../thread/thread-parts.js"),
  }),
  tools: createOnDemand({
    name: "requests for approval and receipts",
    meanwhile: "Requests can be refused and not approved until it is there.",
    fetch: async () => {
      const [tools] = await Promise.all([import("../tool-call/tool-parts.js"), PIECES.runs.load()]);
      return tools;
    },
  }),
  writing: createOnDemand({
    name: "files, the queue and the editor of sent messages",
    meanwhile: "Files wait, and what is queued can be read and not changed until it is there.",
    fetch: () => import("../composer/writing-parts.js"),
  }),
};

/** Replaced only by tests, which say themselves when a piece comes and whether. */
export const PiecesContext: Context<Pieces> = createContext(PIECES);

export function usePiece<Name extends PieceName>(name: Name, isWanted = true): Loaded<Awaited<ReturnType<Pieces[Name]["load"]>>> {
  const piece = useContext(PiecesContext)[name] as OnDemand<Awaited<ReturnType<Pieces[Name]["load"]>>>;
  return useOnDemand(piece, isWanted);
}

/** In a chat: Markdown at once, and the rest when the page has nothing to do, so that it is there before it is needed. */
export function useIdlePieces(): void {
  const pieces = useContext(PiecesContext);
  useEffect(() => {
    const fetchOne = (piece: OnDemand<unknown>): void => void piece.load().catch(() => {});
    fetchOne(pieces.markdown);
    return whenIdle(() => Object.values<OnDemand<unknown>>({ ...pieces }).forEach(fetchOne));
  }, [pieces]);
}

/** Safari says nothing of idleness. */
const IDLE_MS = 300;

/** Returns the canceller. */
export function whenIdle(task: () => void): () => void {
  if (typeof requestIdleCallback !== "function") {
    const timer = setTimeout(task, IDLE_MS);
    return () => clearTimeout(timer);
  }
  const handle = requestIdleCallback(task, { timeout: 2_000 });
  return () => cancelIdleCallback(handle);
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
