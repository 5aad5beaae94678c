import { createOnDemand, type OnDemand } from "../on-demand/on-demand.js";
import type { Pieces } from "../on-demand/pieces.js";

export interface HeldPiece<Module> {
  readonly piece: OnDemand<Module>;
  /** How often it was asked for. */
  readonly asked: () => number;
  /** The fetch that is under way comes to its end; one that comes later does so at once. */
  readonly arrive: () => Promise<void>;
  /** The fetch that is under way fails, and every later one until `arrive`. */
  readonly fail: () => Promise<void>;
}

/** A piece that comes when the test says so, and whether. */
export function holdPiece<Module>(fetch: () => Promise<Module>): HeldPiece<Module> {
  let outcome: "held" | "here" | "broken" = "held";
  let asked = 0;
  let settle: () => void = () => {};
  const one = async (): Promise<Module> => {
    asked += 1;
    if (outcome === "held") await new Promise<void>((resolve) => (settle = resolve));
    if (outcome === "broken") throw new TypeError("Failed to fetch dynamically imported module");
    return fetch();
  };
  const decide = async (next: "here" | "broken"): Promise<void> => {
    outcome = next;
    settle();
    await piece.load().catch(() => {});
  };
  const piece = createOnDemand({ name: "a piece", meanwhile: "It is missing.", fetch: one });
  return { piece, asked: () => asked, arrive: () => decide("here"), fail: () => decide("broken") };
}

export interface HeldPieces {
  readonly pieces: Pieces;
  readonly markdown: HeldPiece<unknown>;
  readonly revisions: HeldPiece<unknown>;
  readonly runs: HeldPiece<unknown>;
  readonly thread: HeldPiece<unknown>;
  readonly tools: HeldPiece<unknown>;
  readonly writing: HeldPiece<unknown>;
}

export function holdPieces(): HeldPieces {
  const markdown = holdPiece(() => import("../message/markdown-text.js"));
  const revisions = holdPiece(() => import("../message/revision-parts.js"));
  const runs = holdPiece(() => import("@unsay/core/runs"));
  const thread = holdPiece(() => import("../thread/thread-parts.js"));
  const tools = holdPiece(() => import("../tool-call/tool-parts.js"));
  const writing = holdPiece(() => import("../composer/writing-parts.js"));
  return {
    pieces: {
      markdown: markdown.piece,
      revisions: revisions.piece,
      runs: runs.piece,
      thread: thread.piece,
      tools: tools.piece,
      writing: writing.piece,
    },
    markdown,
    revisions,
    runs,
    thread,
    tools,
    writing,
  };
}
