import { isAttachment } from "../thread/attachment-shape.js";
import { filesOf } from "./said.js";
import type { SharedContext } from "./session-context.js";
import type { QueuedMessage } from "./session.types.js";

/** How many answers keep the labels they were asked with. */
const MAX_LABELLED = 50;

type Labels = Readonly<Record<string, string>>;

interface Stored {
  readonly queue: readonly QueuedMessage[];
  readonly labels: ReadonlyMap<string, Labels>;
}

const NOTHING: Stored = { queue: [], labels: new Map() };

/** Keeps what only this client knows over a reload: the words that wait, and the hints that answers were asked with. */
export class QueueStorage {
  readonly #context: SharedContext;
  #labels = new Map<string, Labels>();
  #queue: readonly QueuedMessage[] = [];

  constructor(context: SharedContext) {
    this.#context = context;
  }

  /** Puts back what was stored, paused: nothing is sent that nobody pressed for on this page. */
  restore(): void {
    const { store, options } = this.#context;
    if (options.storage === undefined) return;
    const { queue, labels } = this.#read();
    this.#labels = new Map(labels);
    this.#queue = queue;
    if (queue.length > 0) store.update({ queue, queuePaused: "reload" });
    store.published.subscribe((state) => this.#keepQueue(state.queue));
  }

  labelsOf(answer: string): Labels | undefined {
    return this.#labels.get(answer);
  }

  keepLabels(answer: string, labels: Labels | undefined): void {
    if (labels === undefined) return;
    this.#labels.delete(answer);
    this.#labels.set(answer, labels);
    const [oldest] = this.#labels.keys();
    if (this.#labels.size > MAX_LABELLED && oldest !== undefined) this.#labels.delete(oldest);
    this.#write();
  }

  #keepQueue(queue: readonly QueuedMessage[]): void {
    if (queue === this.#queue) return;
    this.#queue = queue;
    this.#write();
  }

  get #key(): string {
    return `unsay:${this.#context.store.state.id}`;
  }

  #read(): Stored {
    try {
      const text = this.#context.options.storage?.getItem(this.#key) ?? null;
      return text === null ? NOTHING : parse(text);
    } catch (error) {
      this.#say("read", error);
      return NOTHING;
    }
  }

  #write(): void {
    const { storage } = this.#context.options;
    try {
      if (this.#queue.length === 0 && this.#labels.size === 0) storage?.removeItem(this.#key);
      else storage?.setItem(this.#key, JSON.stringify({ v: 1, queue: this.#queue, labels: [...this.#labels] }));
    } catch (error) {
      this.#say("write", error);
    }
  }

  #say(operation: "read" | "write", error: unknown): void {
    this.#context.options.onDiagnostic?.({
      code: "storage.failed",
      operation,
      key: this.#key,
      message: error instanceof Error ? error.message : String(error),
    });
  }
}

/** Throws where it is not what `#write` writes. */
function parse(text: string): Stored {
  const stored: unknown = JSON.parse(text);
  if (!isRecord(stored) || stored["v"] !== 1) throw new TypeError("It was not stored by this version.");
  const { queue, labels } = stored;
  if (!Array.isArray(queue) || !queue.every(isQueued)) throw new TypeError("The stored queue is no list of messages.");
  if (!Array.isArray(labels) || !labels.every(isLabelled)) throw new TypeError("The stored labels are no labels.");
  return {
    queue: queue.map(({ id, text: words, attachments }) => ({ id, text: words, ...filesOf({ attachments }) })),
    labels: new Map(labels),
  };
}

function isQueued(value: unknown): value is QueuedMessage {
  return (
    isRecord(value) && typeof value["id"] === "string" && typeof value["text"] === "string" && isSaid(value["text"], value["attachments"])
  );
}

function isSaid(text: string, attachments: unknown): boolean {
  if (attachments === undefined) return text.trim() !== "";
  return Array.isArray(attachments) && attachments.length > 0 && attachments.every(isAttachment);
}

function isLabelled(value: unknown): value is [string, Labels] {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    typeof value[0] === "string" &&
    isRecord(value[1]) &&
    Object.values(value[1]).every((label) => typeof label === "string")
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
