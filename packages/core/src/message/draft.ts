import type { ProtocolViolation, RuleNumber, UnsayEvent } from "../protocol/index.js";
import type { Approval, AssistantMessage, MessageStatus, Part, Receipt, Span, TextPart, ToolCall } from "./message.js";

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
  readonly violations: ProtocolViolation[] = [];

  readonly #owned = new WeakSet<object>();

  constructor(message: AssistantMessage) {
    this.fields = { ...message };
    this.status = message;
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

  parts(): Part[] {
    return (this.fields.parts = this.#own(this.fields.parts)) as Part[];
  }

  findTextPart(id: string): TextPart | undefined {
    const part = this.fields.parts.findLast((candidate) => candidate.id === id);
    return part?.type === "text" ? part : undefined;
  }

  replacePart(next: Part): void {
    const parts = this.parts();
    parts[parts.findLastIndex((part) => part.id === next.id)] = next;
  }

  /** The spans of a part, ready to be written; owned from the first call in this batch on. */
  writableSpans(part: TextPart): Span[] {
    if (this.#owned.has(part)) return part.spans as Span[];
    const copy: TextPart = { ...part, spans: [...part.spans] };
    this.#owned.add(copy);
    this.replacePart(copy);
    return copy.spans as Span[];
  }

  upsertCall(call: ToolCall): void {
    const calls = (this.fields.calls = this.#own(this.fields.calls)) as ToolCall[];
    const index = calls.findLastIndex((candidate) => candidate.id === call.id);
    if (index === -1) calls.push(call);
    else calls[index] = call;
  }

  upsertApproval(approval: Approval): void {
    const approvals = (this.fields.approvals = this.#own(this.fields.approvals)) as Approval[];
    const index = approvals.findIndex((candidate) => candidate.id === approval.id);
    if (index === -1) approvals.push(approval);
    else approvals[index] = approval;
  }

  upsertReceipt(receipt: Receipt): void {
    const receipts = (this.fields.receipts = this.#own(this.fields.receipts)) as Receipt[];
    const index = receipts.findIndex((candidate) => candidate.id === receipt.id);
    if (index === -1) receipts.push(receipt);
    else receipts[index] = receipt;
  }

  /** A draft is used once: what it gives out may be shared with readers. */
  finish(): AssistantMessage {
    const { status, ...rest } = this.status;
    const base: Record<string, unknown> = { ...this.fields };
    for (const key of ["liveness", "cause", "resumable", "error", "at"]) delete base[key];
    return { ...base, ...pickStatus({ status, ...rest } as MessageStatus) } as AssistantMessage;
  }

  #own<T>(list: readonly T[]): readonly T[] {
    if (this.#owned.has(list)) return list;
    const copy = [...list];
    this.#owned.add(copy);
    return copy;
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
