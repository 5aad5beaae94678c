import { parseEvent, UnsayError, type EventPayload, type EventType, type RunPhase } from "@unsay/core/protocol";
import { MAX_DELTA_LENGTH } from "../agents/agent.js";

const SAYABLE: ReadonlySet<EventType> = new Set([
  "run.phase",
  "run.checkpoint",
  "part.open",
  "part.close",
  "span.append",
  "span.settle",
  "span.drop",
  "span.revise",
  "span.retract",
  "hold",
  "usage",
  "claim",
]);
const RELAYABLE: ReadonlySet<EventType> = new Set([...SAYABLE, "tool.propose", "tool.args", "tool.ready", "tool.progress", "tool.result"]);

/** An event that any reader still takes as one frame. UTF-16 units of JSON. */
const MAX_EVENT_LENGTH = 512 * 1024;

const SOME_ENVELOPE = { v: 1, thread: "", run: "", message: "", seq: 1, t: 0 };

/** Keeps account of the parts an agent opened, and refuses what it has no right to say. */
export class Speech {
  readonly #write: (payload: EventPayload, tokens?: number) => void;
  readonly #createId: (kind: string) => string;
  readonly #open = new Set<string>();
  #current: { readonly part: string; readonly span: string; readonly kind: "answer" | "reasoning" } | null = null;
  #phase: RunPhase | null = null;

  constructor(write: (payload: EventPayload, tokens?: number) => void, createId: (kind: string) => string) {
    this.#write = write;
    this.#createId = createId;
  }

  /** Throws `UnsayError` for what an agent may not say. */
  say(payload: EventPayload, mode: "say" | "relay" = "say"): void {
    const allowed = mode === "say" ? SAYABLE : RELAYABLE;
    const problem = allowed.has(payload.type)
      ? this.#problemOf(payload)
      : `an agent may not say ${String(payload.type)}: only the server states it`;
    if (problem !== null) throw invalidEvent(problem);
    if (payload.type === "part.open") this.#open.add(payload.part);
    if (payload.type === "part.close") this.#open.delete(payload.part);
    if (payload.type === "run.phase") this.#phase = payload.phase;
    if ("part" in payload && payload.part !== this.#current?.part) this.#current = null;
    this.#write(payload);
  }

  /** `tokens`: how many the text has, where the agent knows. */
  write(kind: "answer" | "reasoning", text: string, tokens?: number): void {
    for (let start = 0; start < text.length; start += MAX_DELTA_LENGTH) {
      const { part, span } = this.#partOf(kind);
      const piece = text.slice(start, start + MAX_DELTA_LENGTH);
      this.#write(
        { type: "span.append", part, span, text: piece },
        tokens === undefined ? undefined : (tokens * piece.length) / text.length,
      );
    }
  }

  closePart(): void {
    if (this.#current === null) return;
    const { part } = this.#current;
    this.#current = null;
    if (this.#open.delete(part)) this.#write({ type: "part.close", part });
  }

  /** Before a run ends complete: no part stays open. */
  closeAll(): void {
    this.#current = null;
    for (const part of this.#open) this.#write({ type: "part.close", part });
    this.#open.clear();
  }

  /** Another voice, such as a tool, spoke: the phase that text stands for has to be said again. */
  forgetPhase(): void {
    this.#phase = null;
  }

  #partOf(kind: "answer" | "reasoning"): { readonly part: string; readonly span: string } {
    this.#enter(kind === "answer" ? "writing" : "thinking");
    if (this.#current?.kind === kind) return this.#current;
    this.closePart();
    const part = this.#createId("part");
    this.#current = { part, span: `${part}-text`, kind };
    this.#open.add(part);
    this.#write({ type: "part.open", part, kind });
    return this.#current;
  }

  #enter(phase: RunPhase): void {
    if (this.#phase === phase) return;
    this.#phase = phase;
    this.#write({ type: "run.phase", phase });
  }

  #problemOf(payload: EventPayload): string | null {
    const parsed = parseEvent({ ...SOME_ENVELOPE, ...payload });
    if (!parsed.ok) return parsed.message;
    if (parsed.event.type === "unknown") return `no reader knows the event ${parsed.event.name}`;
    if (payload.type === "span.append" && !this.#open.has(payload.part))
      return `span.append names the part ${payload.part}, which is not open`;
    if (payload.type === "part.open" && this.#open.has(payload.part)) return `the part ${payload.part} is open already`;
    if (JSON.stringify(payload).length > MAX_EVENT_LENGTH)
      return `the event ${payload.type} is longer than ${MAX_EVENT_LENGTH} characters; send smaller ones`;
    return null;
  }
}

function invalidEvent(problem: string): UnsayError {
  return new UnsayError({
    code: "agent-invalid-event",
    message: `The agent said something it can't say: ${problem}. Correct the agent; the run was ended as failed.`,
    retryable: false,
    userMessage: "The assistant made an error.",
  });
}
