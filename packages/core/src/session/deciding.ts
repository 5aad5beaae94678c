import { bindArgs, UnsayError, type DecideCommand, type DecideItem, type UnsayErrorData } from "../protocol/index.js";
import { isPastExpiry, isRefusedForGood } from "../approval/answerable.js";
import { isOpen } from "../approval/approval.reducer.js";
import { markDeciding, markDecisionFailed, selectCall, type Approval, type AssistantMessage } from "../message/index.js";
import { backoffMs, RECONNECT_POLICY } from "./backoff.js";
import { isUnanswered, sendCommand, UNCONFIRMED_MS, type SessionContext } from "./session-context.js";
import type { Decision } from "./session.types.js";

interface Asked {
  readonly message: AssistantMessage;
  readonly approval: Approval;
}

/**
 * Sends the user's decisions, each once. One whose reply was lost is repeated as it was until somebody answers it,
 * whatever is pressed then: the server knows it by its id, and nobody is asked twice.
 */
export class Decisions {
  readonly #context: SessionContext;
  readonly #sent = new Map<string, DecideCommand>();
  /** Ends the wait before a decision is repeated. */
  readonly #hurry = new Map<string, () => void>();

  constructor(context: SessionContext) {
    this.#context = context;
  }

  /** Resolves when the server has accepted it. Rejects with an `UnsayError`. */
  async decide(approvalId: string, decision: Decision): Promise<void> {
    const asked = this.#find(approvalId);
    const { message, approval } = asked;
    if (approval.status === "deciding" && approval.unconfirmed !== true) return;
    const isRepeat = approval.status === "deciding";
    const command = (isRepeat ? this.#sent.get(approvalId) : undefined) ?? this.#createCommand(asked, decision);
    const refusal = whyNotNow(asked, command.items, this.#context.store.clock.epoch());
    if (refusal !== null) throw new UnsayError(refusal);
    this.#sent.set(approvalId, command);
    this.#context.store.change(message.id, (current) => markDeciding(current, approvalId, command.id, command.items));
    const hurry = this.#hurry.get(approvalId);
    if (hurry !== undefined) return hurry();
    await this.#deliver(message.id, command);
  }

  /** The network or the tab is back: what nobody has answered is repeated now. */
  wake(): void {
    for (const hurry of this.#hurry.values()) hurry();
  }

  #find(approvalId: string): Asked {
    for (const message of this.#context.store.state.messages.toReversed()) {
      const approval = message.role === "assistant" ? message.approvals.find((candidate) => candidate.id === approvalId) : undefined;
      if (approval !== undefined && message.role === "assistant") return { message, approval };
    }
    throw new UnsayError(unknown(approvalId));
  }

  #createCommand({ message, approval }: Asked, decision: Decision): DecideCommand {
    const { store, client, createId } = this.#context;
    const items = "items" in decision ? decision.items : approval.items.map((item) => ({ ...item, ...decision }));
    const problem = problemOfItems({ message, approval }, items);
    if (problem !== null) throw new UnsayError(problem);
    return { command: "decide", id: createId(), client, thread: store.state.id, run: approval.run, approval: approval.id, items };
  }

  async #deliver(messageId: string, command: DecideCommand): Promise<void> {
    const { tries } = { ...RECONNECT_POLICY, ...this.#context.options.reconnect };
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#send(messageId, command);
      } catch (error) {
        if (!isUnanswered(error) || attempt > tries) throw error;
      }
      if (!this.#isWaiting(messageId, command)) return this.#checkOutcome(command);
      await this.#pause(command.approval, attempt);
      if (!this.#isWaiting(messageId, command)) return this.#checkOutcome(command);
    }
  }

  async #send(messageId: string, command: DecideCommand): Promise<void> {
    const { store } = this.#context;
    const mark = (outcome: "unconfirmed" | UnsayErrorData) =>
      store.change(messageId, (message) => markDecisionFailed(message, command.approval, outcome));
    const cancel = store.clock.after(UNCONFIRMED_MS, () => {
      if (this.#isOnItsWay(messageId, command)) mark("unconfirmed");
    });
    try {
      await sendCommand(this.#context, command);
    } catch (error) {
      cancel();
      if (this.#isOnItsWay(messageId, command)) mark(error instanceof UnsayError && !isUnanswered(error) ? error.toJSON() : "unconfirmed");
      throw error;
    }
  }

  #isOnItsWay(messageId: string, { approval, id }: DecideCommand): boolean {
    return (
      this.#context.store.find(messageId)?.approvals.some((candidate) => candidate.id === approval && candidate.command === id) === true
    );
  }

  /** A stop withdraws what was approved before it: repeating a yes after it would race it. */
  #isWaiting(messageId: string, command: DecideCommand): boolean {
    return this.#isOnItsWay(messageId, command) && this.#context.store.find(messageId)?.stop === null;
  }

  async #pause(approvalId: string, attempt: number): Promise<void> {
    const { store, options } = this.#context;
    const waitMs = backoffMs({ ...RECONNECT_POLICY, ...options.reconnect }, attempt, options.random ?? Math.random);
    await new Promise<void>((resolve) => {
      const cancel = store.clock.after(waitMs, resolve);
      this.#hurry.set(approvalId, () => {
        cancel();
        resolve();
      });
    });
    this.#hurry.delete(approvalId);
  }

  /** Before it was repeated, the stream said what became of it, or it was stopped. */
  #checkOutcome({ approval: approvalId }: DecideCommand): void {
    const { approval, message } = this.#find(approvalId);
    if (isOpen(approval) && message.stop !== null) throw new UnsayError(closed({ ...approval, status: "cancelled" }));
    if (approval.elsewhere === true || (approval.status !== "approved" && approval.status !== "rejected"))
      throw new UnsayError(closed(approval));
  }
}

/** Why an answer is not sent now, though it is one to the question; `null` where it is. */
function whyNotNow({ message, approval }: Asked, items: readonly DecideItem[], epoch: number): UnsayErrorData | null {
  if (approval.status !== "open" && approval.status !== "deciding") return closed(approval);
  if (approval.refused !== undefined && isRefusedForGood(approval)) return approval.refused;
  if (isPastExpiry(approval, epoch)) return closed({ ...approval, status: "expired" });
  if (message.stop !== null) return closed({ ...approval, status: "cancelled" });
  if (message.reconnecting && items.some((item) => item.decision === "approve")) return reconnecting(approval);
  return null;
}

/** One choice for each call that was asked about, bound to the arguments that were shown. */
function problemOfItems({ message, approval }: Asked, items: readonly DecideItem[]): UnsayErrorData | null {
  const isDecidedOnce = (call: string) => items.filter((item) => item.call === call).length === 1;
  if (items.length !== approval.items.length || !approval.items.every(({ call }) => isDecidedOnce(call))) return undecided(approval);
  for (const item of items) {
    const asked = approval.items.find(({ call }) => call === item.call);
    if (asked?.argsHash !== item.argsHash) return otherArguments(item.call);
    const problem = problemOfEdit(message, approval, item) ?? problemOfScope(message, approval, item);
    if (problem !== null) return problem;
  }
  return null;
}

function problemOfEdit(message: AssistantMessage, approval: Approval, item: DecideItem): UnsayErrorData | null {
  if (item.edited === undefined) return null;
  if (!approval.editable) return denied(`The arguments of ${item.call} may not be edited. Reject the call with a reason instead.`);
  const bound = bindArgs(item.call, selectCall(message, item.call)?.name ?? "", item.edited);
  return bound.ok ? null : bound.error;
}

function problemOfScope(message: AssistantMessage, { options }: Approval, item: DecideItem): UnsayErrorData | null {
  if (item.scope === undefined) return null;
  const isOffered = options.includes("scoped") && item.decision === "approve" && item.scope.ms > 0;
  if (isOffered && selectCall(message, item.call)?.effect !== "irreversible") return null;
  return denied(`No standing permission can be given for ${item.call}: it was not offered, or the call can't be undone. Approve it once.`);
}

function unknown(id: string): UnsayErrorData {
  return { code: "approval-unknown", message: `There is no approval ${id} in this thread, so nothing was decided.`, retryable: false };
}

function closed({ id, status, elsewhere }: Approval): UnsayErrorData {
  const code = status === "expired" ? "approval-expired" : "approval-closed";
  const where = elsewhere === true ? ", as it was answered elsewhere" : "";
  return { code, message: `The approval ${id} is ${status}${where}; a later answer changes nothing.`, retryable: false };
}

function reconnecting({ id }: Approval): UnsayErrorData {
  return {
    code: "run-not-live",
    message: `The connection is being made again, and the approval ${id} may have been answered meanwhile. Approve it once the answer is back.`,
    retryable: true,
  };
}

function undecided({ id, items }: Approval): UnsayErrorData {
  return {
    code: "invalid-request",
    message: `The approval ${id} asks about ${items.length} call(s). Decide each of them once, and nothing else.`,
    retryable: false,
    field: "items",
  };
}

function otherArguments(call: string): UnsayErrorData {
  return {
    code: "approval-args-mismatch",
    message: `The decision on ${call} names other arguments than were asked about, so nothing was sent. Show the call as it is now, and decide again.`,
    retryable: false,
  };
}

function denied(message: string): UnsayErrorData {
  return { code: "policy-denied", message, retryable: false };
}
