import type {
  ApprovalRequest,
  Caps,
  DecidedItem,
  PartKind,
  SpanAppend,
  SpanRetract,
  SpanRevise,
  ToolArgs,
  ToolPropose,
  ToolReady,
  ToolResult,
} from "../../protocol/index.js";

type SpanState = "draft" | "shown" | "gone";

interface CarriedSpan {
  readonly id: string;
  text: string;
  state: SpanState;
  isClosed: boolean;
  isRetracted: boolean;
}

/** One text part, as a reader of the carrier may see it. */
export interface CarriedText {
  readonly type: "text";
  readonly id: string;
  readonly kind: PartKind;
  readonly spans: CarriedSpan[];
  /** What the carrier was told: always a text that was meant to be seen. */
  sent: string;
  isClosed: boolean;
  /** Nothing of it is left, so nothing more may come. */
  isWithdrawn: boolean;
}

export interface CarriedValue {
  readonly type: "value";
  readonly id: string;
  readonly kind: "source" | "file" | "data";
  readonly value: unknown;
}

export interface CarriedApproval {
  /** The carrier has one approval for each call. */
  readonly id: string;
  decision: DecidedItem | null;
}

export interface CarriedCall {
  readonly type: "call";
  readonly id: string;
  readonly name: string;
  readonly title: string | undefined;
  readonly runsOn: "client" | "server";
  argsText: string;
  /** Present from `tool.ready` on. */
  args: { readonly value: unknown } | null;
  approval: CarriedApproval | null;
  result: ToolResult | null;
}

export type CarriedEntry = CarriedText | CarriedValue | CarriedCall;

/** What became of a text: more of it at its end, or other words than were sent. */
export interface TextChange {
  readonly entry: CarriedText;
  /** `null` where the words that were sent do not begin the new ones. */
  readonly grown: string | null;
}

/**
 * An answer as far as a foreign carrier may show it: drafts stay out until they are adopted, and what was replaced,
 * withdrawn or dropped is gone. It follows events as the message machine does, and remembers what was sent.
 */
export class CarriedAnswer {
  /** In the order of the answer. */
  readonly entries: CarriedEntry[] = [];
  readonly #entryOfSpan = new Map<string, CarriedText>();
  readonly #calls = new Map<string, CarriedCall>();
  readonly #texts = new Map<string, CarriedText>();
  readonly #approvals = new Map<string, readonly CarriedCall[]>();
  #drafts = 0;
  #isDamaged = false;
  #hasVerifier = false;
  #isRevised = false;

  /** Something could not be applied, so a reader here would not call the answer whole either. */
  get isDamaged(): boolean {
    return this.#isDamaged;
  }

  /** Text whose place is taken, but which nobody may see yet. */
  get hasDrafts(): boolean {
    return this.#drafts > 0;
  }

  /** Texts that a reader has before them and that may still grow. */
  get openTexts(): readonly CarriedText[] {
    return this.entries.filter((entry) => entry.type === "text").filter((entry) => !entry.isClosed && entry.sent !== "");
  }

  /** Something that had left the server was corrected or withdrawn. */
  get isRevised(): boolean {
    return this.#isRevised;
  }

  /** There was text for the reader, and none of it is left. */
  get isAllRetracted(): boolean {
    const spans = this.#spans((entry) => entry.kind !== "reasoning");
    return spans.some((span) => span.isRetracted) && spans.every((span) => span.state === "gone");
  }

  /** A verifier was declared, and has not passed all of the text. */
  get isUnverified(): boolean {
    return this.#hasVerifier && this.#spans(() => true).some((span) => span.state !== "gone" && !span.isClosed);
  }

  declare(caps: Caps): void {
    this.#hasVerifier = caps.verifier === true;
  }

  textOf(id: string): CarriedText | undefined {
    return this.#texts.get(id);
  }

  callOf(id: string): CarriedCall | undefined {
    return this.#calls.get(id);
  }

  callsOf(approval: string): readonly CarriedCall[] {
    return this.#approvals.get(approval) ?? [];
  }

  openPart(event: { readonly part: string; readonly kind: PartKind; readonly value?: unknown }): CarriedEntry | null {
    const { part: id, kind, value } = event;
    if (this.#texts.has(id)) return null;
    if (kind === "source" || kind === "file" || kind === "data") return this.#add({ type: "value", id, kind, value });
    const entry: CarriedText = { type: "text", id, kind, spans: [], sent: "", isClosed: false, isWithdrawn: false };
    this.#texts.set(id, entry);
    return this.#add(entry);
  }

  closePart(id: string): CarriedText | null {
    const entry = this.#texts.get(id);
    if (entry === undefined || entry.isClosed) return null;
    entry.isClosed = true;
    return entry;
  }

  append(event: SpanAppend): TextChange | null {
    const entry = this.#texts.get(event.part);
    if (entry === undefined || entry.isClosed || entry.isWithdrawn) return this.#damage();
    const span = entry.spans.findLast((candidate) => candidate.id === event.span) ?? this.#addSpan(entry, event);
    if (span.isClosed) return this.#damage();
    span.text += event.text;
    span.isClosed = event.state === "verified" && this.#hasVerifier;
    if (span.state !== "shown" || event.text === "") return null;
    return isLastShown(entry, span) ? this.#grow(entry, event.text) : this.#compare(entry);
  }

  settle(event: { readonly spans: readonly string[]; readonly to: "provisional" | "verified" }): readonly TextChange[] {
    if (event.to === "verified" && !this.#hasVerifier) return [];
    return this.#change(event.spans, (span) => {
      if (span.isClosed) return;
      this.#leaveDraft(span);
      span.state = "shown";
      span.isClosed = event.to === "verified";
    });
  }

  drop(event: { readonly spans: readonly string[] }): void {
    this.#change(event.spans, (span) => {
      if (span.state === "draft") this.#remove(span);
    });
  }

  revise(event: SpanRevise): readonly TextChange[] {
    const last = event.spans.at(-1);
    if (event.inferred === true || last === undefined) return [];
    if (this.#entryOfSpan.has(event.replacement.span)) return this.#damage() ?? [];
    const { span: id, text } = event.replacement;
    return this.#change(
      event.spans,
      (span) => this.#remove(span),
      () => this.#insertAfter(last, { id, text, state: "shown", isClosed: false, isRetracted: false }),
    );
  }

  retract(event: Pick<SpanRetract, "spans" | "expunge">): readonly TextChange[] {
    const spans = event.spans === "all" ? [...this.#entryOfSpan.keys()] : event.spans;
    return this.#change(
      spans,
      (span) => {
        this.#remove(span);
        span.isRetracted = true;
        if (event.expunge) span.text = "";
      },
      () => this.#withdrawEmptied(spans.length > 0),
    );
  }

  /** The end `withheld` takes all text back; the words of a refusal are no answer. */
  withhold(): readonly TextChange[] {
    const spans = this.#spans((entry) => entry.kind !== "refusal");
    return this.retract({ spans: spans.map(({ id }) => id), expunge: false });
  }

  propose(event: ToolPropose): CarriedCall | null {
    if (this.#calls.has(event.call)) return null;
    const { call: id, name, title } = event;
    const runsOn = event.runsOn ?? "server";
    const call: CarriedCall = { type: "call", id, name, title, runsOn, argsText: "", args: null, approval: null, result: null };
    this.#calls.set(id, call);
    this.#add(call);
    return call;
  }

  appendArgs(event: ToolArgs): CarriedCall | null {
    const call = this.#calls.get(event.call);
    if (call === undefined || call.args !== null) return null;
    call.argsText += event.delta;
    return call;
  }

  /** Other arguments than those asked about withdraw the question. */
  ready(event: ToolReady): CarriedCall | null {
    const call = this.#calls.get(event.call);
    if (call === undefined) return null;
    call.args = { value: event.args };
    if (call.approval?.decision === null) call.approval = null;
    return call;
  }

  ask(event: ApprovalRequest): readonly CarriedCall[] {
    const calls = event.items.flatMap((item) => this.#calls.get(item.call) ?? []);
    this.#approvals.set(event.approval, calls);
    for (const call of calls) {
      call.approval = { id: calls.length === 1 ? event.approval : `${event.approval}.${call.id}`, decision: null };
    }
    return calls;
  }

  decide(approval: string, items: readonly DecidedItem[]): readonly CarriedCall[] {
    return items.flatMap((item) => {
      const call = this.callsOf(approval).find(({ id }) => id === item.call);
      if (call?.approval === null || call?.approval === undefined) return [];
      call.approval.decision = item;
      return [call];
    });
  }

  finish(event: ToolResult): CarriedCall | null {
    const call = this.#calls.get(event.call);
    if (call === undefined) return null;
    call.result = event;
    return call;
  }

  #add<T extends CarriedEntry>(entry: T): T {
    this.entries.push(entry);
    return entry;
  }

  #addSpan(entry: CarriedText, event: SpanAppend): CarriedSpan {
    const state = event.state === "speculative" ? "draft" : "shown";
    const span: CarriedSpan = { id: event.span, text: "", state, isClosed: false, isRetracted: false };
    if (state === "draft") this.#drafts += 1;
    entry.spans.push(span);
    this.#entryOfSpan.set(event.span, entry);
    return span;
  }

  /** Once a span is gone it takes no more text. */
  #remove(span: CarriedSpan): void {
    this.#leaveDraft(span);
    span.state = "gone";
    span.isClosed = true;
  }

  #leaveDraft(span: CarriedSpan): void {
    if (span.state === "draft") this.#drafts -= 1;
  }

  #withdrawEmptied(isRevised: boolean): void {
    this.#isRevised ||= isRevised;
    for (const entry of this.#texts.values()) {
      entry.isWithdrawn ||= entry.spans.length > 0 && entry.spans.every((span) => span.state === "gone");
    }
  }

  #insertAfter(id: string, span: CarriedSpan): void {
    const entry = this.#entryOfSpan.get(id);
    if (entry === undefined) return;
    this.#isRevised = true;
    entry.spans.splice(entry.spans.findIndex((other) => other.id === id) + 1, 0, span);
    this.#entryOfSpan.set(span.id, entry);
  }

  #change(ids: readonly string[], change: (span: CarriedSpan) => void, then: () => unknown = () => {}): readonly TextChange[] {
    if (ids.some((id) => !this.#entryOfSpan.has(id))) return this.#damage() ?? [];
    const named = new Set(ids);
    const touched = new Set(ids.flatMap((id) => this.#entryOfSpan.get(id) ?? []));
    for (const entry of touched) for (const span of entry.spans) if (named.has(span.id)) change(span);
    then();
    return [...touched].flatMap((entry) => this.#compare(entry) ?? []);
  }

  #grow(entry: CarriedText, grown: string): TextChange {
    entry.sent += grown;
    return { entry, grown };
  }

  #compare(entry: CarriedText): TextChange | null {
    const { sent } = entry;
    const whole = entry.spans.map((span) => (span.state === "shown" ? span.text : "")).join("");
    if (whole === sent) return null;
    entry.sent = whole;
    return { entry, grown: whole.startsWith(sent) ? whole.slice(sent.length) : null };
  }

  #spans(isMeant: (entry: CarriedText) => boolean): readonly CarriedSpan[] {
    return this.entries.flatMap((entry) => (entry.type === "text" && isMeant(entry) ? entry.spans : []));
  }

  #damage(): null {
    this.#isDamaged = true;
    return null;
  }
}

function isLastShown(entry: CarriedText, span: CarriedSpan): boolean {
  return entry.spans.findLast((candidate) => candidate.state === "shown") === span;
}
