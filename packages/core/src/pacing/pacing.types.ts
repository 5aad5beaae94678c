import type { AssistantMessage, TextPart } from "../message/message.js";

/**
 * How much of a text must have come before it is shown: `uncommitted` all that came, `sentence` whole sentences,
 * `paragraph` whole paragraphs, `committed` whole sentences of settled or verified text. Holding back in a browser is
 * cosmetic: the bytes are there to be read. Only a server that holds back protects.
 */
export type Isolation = "uncommitted" | "sentence" | "paragraph" | "committed";

/** `stream` as its isolation releases it, `block` a closed paragraph at a time, `whole` once, when the part has closed. */
export type Reveal = "stream" | "block" | "whole";

/** How fast released text is painted. `version` names the meaning of the numbers, so that a stored policy keeps it. */
export interface PacingPolicy {
  readonly version?: 1;
  /** Longest time in ms that released text waits to be painted; 300 by default. */
  readonly maxLagMs?: number;
  /** UTF-16 units a second at most while the run lives. Overrides `maxLagMs`, never the end of the run. */
  readonly maxCps?: number;
  /** Paint by words or by sentences. What isolation releases as one unit is never split. */
  readonly unit?: "word" | "sentence";
  /** How long a call that this client runs is visible before it runs; 800 by default. */
  readonly minToolLeadMs?: number;
  /** What announces a tool: the model's words, the kit's status line, or nothing. Hidden words stay in the record. */
  readonly preamble?: "model" | "synthetic" | "none";
}

export interface PacingSettings {
  /** One level for answers (verdicts stay at `paragraph` or above), or one for each. */
  readonly isolation?: Isolation | { readonly answer?: Isolation; readonly verdict?: Isolation };
  readonly reveal?: Partial<Readonly<Record<TextPart["kind"], Reveal>>>;
  /** Paragraphs of an answer that begin like a decision (yes, no, safe, approved …) are held as verdicts are. */
  readonly hold?: "decision";
  /** Text that rests on a call without a result: shown and marked, or held until the result is there. */
  readonly dependencies?: "mark" | "hold";
  /** `false` paints released text at once. */
  readonly pacing?: PacingPolicy | false;
  /** Notes sentences in which the model seems to take something back. A guess: it changes nothing but the notes. */
  readonly detectSelfCorrection?: boolean;
  /** Drafts are given out beside the message, for ghost text. */
  readonly showDrafts?: boolean;
  /** After how many ms a hold is said; 1,200 by default. It never paints text. */
  readonly maxHoldMs?: number;
}

/** What the view knows besides the message. */
export interface PacingMoment {
  /** Monotonic ms. */
  readonly now: number;
  /** Nobody sees the page, so nothing is spread over time. */
  readonly isHidden?: boolean;
  readonly reducedMotion?: boolean;
  /** The reader asked for what a truncation left held back. */
  readonly revealHeld?: boolean;
}

/** What unshown text waits for: its end as a sentence, paragraph or part, a decision's last word, a call, or the server. */
export type HoldReason = "sentence" | "paragraph" | "whole" | "decision" | "dependency" | "unsettled" | "draft";

/** Text that came and stays hidden after the message was cut: for a disclosure, never to be painted by itself. */
export interface KeptBack {
  readonly part: string;
  readonly why: HoldReason;
  readonly text: string;
}

export interface SelfCorrection {
  readonly part: string;
  readonly span: string;
  /** Where the sentence begins in that span. */
  readonly offset: number;
}

export interface DraftText {
  readonly part: string;
  readonly span: string;
  readonly text: string;
  /** UTF-16 units at its beginning that three updates left as they were. They read as provisional, and may still be dropped. */
  readonly stable: number;
}

/** What to paint now. */
export interface PacedView {
  /** The message as far as it is painted. The very same object once all of it is. */
  readonly message: AssistantMessage;
  /** A hold that has lasted `maxHoldMs`. */
  readonly holding: { readonly part: string; readonly why: HoldReason } | null;
  readonly keptBack: readonly KeptBack[];
  readonly selfCorrections: readonly SelfCorrection[];
  readonly drafts: readonly DraftText[];
  /** Span ids with the units painted of each, where that changed in this step. */
  readonly painted: ReadonlyMap<string, number>;
  /** When there is something to do without news, on the clock of `now`; `null` when only news changes anything. */
  readonly nextAt: number | null;
}
