import type { ProtocolViolation, RuleNumber, UnsayEvent } from "../protocol/index.js";
import { addTo, inheritIndex, insertInto, placeOf } from "./id-index.js";
import type { Approval, AssistantMessage, MessageStatus, Part, Receipt, Span, TextPart, ToolCall } from "./message.js";
import { homesOf, inheritHomes, noteHome } from "./span-homes.js";

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Base = Omit<AssistantMessage, keyof MessageStatus>;
export type DraftFields = Writable<Base>;

/**
 * One message while a batch of events is folded into it. Each array and each part is copied once a batch, at its first
 * change; what did not change keeps its identity, so a finished part is the same object in every later snapshot.
 */
export class Draft {
  readonly fields: DraftFields;
  status: MessageStatus;
  changed = false;
  /** Calls changed, so what they did to the world has to be counted again at the end of the batch. */
  hasNewEffects = false;
  readonly violations: ProtocolViolation[] = [];

  readonly #owned = new WeakSet<object>();

  constructor(message: AssistantMessage) {
    const { fields, status } = split(message);
    this.fields = fields;
    this.status = status;
  }

  report(rule: RuleNumber, event: UnsayEvent, message: string): void {
    this.violations.push({ rule, event, message });
  }

  /** Rules that leave the shown text in doubt also keep it from ending `complete`. */
  reportDamage(rule: RuleNumber, event: UnsayEvent, message: string): void {
    this.report(rule, event, message);
    if (this.fields.run !== null) this.fields.run = { ...this.fields.run, damaged: true };
    this.changed = true;
  }

  #parts(): Part[] {
    const before = this.fields.parts;
    const parts = this.#own(before);
    if (parts !== before) inheritHomes(before, parts);
    this.fields.parts = parts;
    return parts as Part[];
  }

  addPart(part: Part): void {
    addTo(this.#parts(), part);
  }

  findPart(id: string): Part | undefined {
    return this.fields.parts[placeOf(this.fields.parts, id)];
  }

  findTextPart(id: string): TextPart | undefined {
    const part = this.findPart(id);
    return part?.type === "text" ? part : undefined;
  }

  replacePart(next: Part): void {
    const parts = this.#parts();
    parts[placeOf(parts, next.id)] = next;
  }

  changeParts(change: (part: Part) => Part): void {
    for (const [place, part] of this.fields.parts.entries()) {
      const next = change(part);
      if (next !== part) this.#parts()[place] = next;
    }
  }

  /** The spans of a part, ready to be written; owned from the first call in this batch on. */
  writableSpans(part: TextPart): Span[] {
    if (this.#owned.has(part)) return part.spans as Span[];
    const copy: TextPart = { ...part, spans: [...part.spans] };
    inheritIndex(part.spans, copy.spans);
    this.#owned.add(copy);
    this.replacePart(copy);
    return copy.spans as Span[];
  }

  findCall(id: string): ToolCall | undefined {
    return this.fields.calls[placeOf(this.fields.calls, id)];
  }

  /** The text parts in which a span stands. */
  homesOf(span: string): readonly TextPart[] {
    return homesOf(this.fields.parts, span);
  }

  addSpan(part: TextPart, span: Span): void {
    addTo(this.writableSpans(part), span);
    noteHome(this.fields.parts, span.id, part.id);
  }

  insertSpan(part: TextPart, place: number, span: Span): void {
    insertInto(this.writableSpans(part), place, span);
    noteHome(this.fields.parts, span.id, part.id);
  }

  upsertCall(call: ToolCall): void {
    this.fields.calls = this.#upsert(this.fields.calls, call);
  }

  findApproval(id: string): Approval | undefined {
    return this.fields.approvals[placeOf(this.fields.approvals, id)];
  }

  upsertApproval(approval: Approval): void {
    this.fields.approvals = this.#upsert(this.fields.approvals, approval);
  }

  upsertReceipt(receipt: Receipt): void {
    this.fields.receipts = this.#upsert(this.fields.receipts, receipt);
  }

  #upsert<T extends { readonly id: string }>(list: readonly T[], item: T): readonly T[] {
    const own = this.#own(list) as T[];
    const place = placeOf(own, item.id);
    if (place === -1) addTo(own, item);
    else own[place] = item;
    return own;
  }

  /** A draft is used once: what it gives out may be shared with readers. */
  finish(): AssistantMessage {
    return { ...this.fields, ...pickStatus(this.status) };
  }

  #own<T extends { readonly id: string }>(list: readonly T[]): readonly T[] {
    if (this.#owned.has(list)) return list;
    const copy = [...list];
    inheritIndex(list, copy);
    this.#owned.add(copy);
    return copy;
  }
}

/** Facts and status apart: no member of one status may be left behind in another, and to delete one is slow. */
function split(message: AssistantMessage): { readonly fields: DraftFields; readonly status: MessageStatus } {
  switch (message.status) {
    case "pending":
    case "streaming": {
      const { status, liveness, ...fields } = message;
      return { fields, status: { status, liveness } };
    }
    case "truncated": {
      const { status: _status, cause: _cause, resumable: _resumable, error: _error, at: _at, ...fields } = message;
      return { fields, status: pickStatus(message) };
    }
    case "complete":
    case "revised": {
      const { status, ...fields } = message;
      return { fields, status: { status } };
    }
  }
}

/** Just the members that a status carries, so that none of another status is left behind. */
function pickStatus(status: MessageStatus): MessageStatus {
  switch (status.status) {
    case "pending":
    case "streaming":
      return { status: status.status, liveness: status.liveness };
    case "truncated":
      return {
        status: "truncated",
        cause: status.cause,
        resumable: status.resumable,
        ...(status.error === undefined ? {} : { error: status.error }),
        at: status.at,
      };
    case "complete":
    case "revised":
      return { status: status.status };
  }
}
