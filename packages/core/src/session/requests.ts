import { UnsayError, type RunCommand, type UnsayErrorData } from "../protocol/index.js";
import {
  markCallRequest,
  markReceiptRequest,
  markSteer,
  selectOpenApprovals,
  type AssistantMessage,
  type Receipt,
  type Steer,
  type ToolCall,
  type UserRequest,
} from "../message/index.js";
import { NOTHING_LIVE, whyNotRetryable, whyNotStoppable, whyNotUndoable } from "../tool-call/verbs.js";
import { notDelivered } from "../message/reduce-steers.js";
import { isUnanswered, sendCommand, UNCONFIRMED_MS, type SessionContext } from "./session-context.js";
import type { StopToolOptions } from "./session.types.js";

interface Target {
  /** One request at a time for each call or receipt. */
  readonly id: string;
  readonly message: AssistantMessage;
  readonly verb: UserRequest["verb"];
  readonly mark: (message: AssistantMessage, request: UserRequest) => AssistantMessage;
  readonly create: (id: string, run: string) => RunCommand;
}

/**
 * What the user asks of one call, one receipt or a run that goes on. Each stands where it was asked until the server has
 * said what came of it; a refusal stands there too. None of them changes an outcome by itself.
 */
export class Requests {
  readonly #context: SessionContext;
  readonly #underway = new Map<string, Promise<void>>();
  /** Commands that nobody answered, to repeat them as they were. */
  readonly #unanswered = new Map<string, RunCommand>();

  constructor(context: SessionContext) {
    this.#context = context;
  }

  /** Resolves when the model was told; rejects with an `UnsayError` where it was not, and the words are the caller's to keep. */
  async steer(text: string): Promise<void> {
    const { store, client, createId } = this.#context;
    const message = store.live;
    const refusal = text.trim() === "" ? NOTHING_SAID : whyNotSteerable(message);
    if (refusal !== null || message?.run == null) throw new UnsayError(refusal ?? NOTHING_LIVE);
    const steer: Steer = { command: createId(), text, phase: "sending" };
    store.change(message.id, (current) => markSteer(current, steer));
    const command = { command: "steer", id: steer.command, client, thread: store.state.id, run: message.run.id, text } as const;
    await Promise.race([this.#sendSteer(message.id, steer, command), this.#outcomeOf(message.id, steer.command)]);
  }

  /** Resolves when the server has taken the request. What was undone, only receipts say. */
  async undo(receiptId: string): Promise<void> {
    const { message, receipt } = this.#findReceipt(receiptId);
    const { client, store } = this.#context;
    const refusal = whyNotUndoable(message, receipt);
    if (refusal !== null) throw new UnsayError(refusal);
    return this.#ask({
      id: receiptId,
      message,
      verb: "undo",
      mark: (current, request) => markReceiptRequest(current, receiptId, request),
      create: (id, run) => ({ command: "undo", id, client, thread: store.state.id, run, receipt: receiptId }),
    });
  }

  /** Stops one call and lets the run go on. Resolves when the server has taken the request. */
  async stopTool(callId: string, { keepPartial = false, intent = "stop" }: StopToolOptions): Promise<void> {
    const { message, call } = this.#findCall(callId);
    const refusal = whyNotStoppable(message, call);
    if (refusal !== null) throw new UnsayError(refusal);
    const { client, store } = this.#context;
    return this.#ask({
      ...this.#ofCall(message, callId, intent === "enough" ? "enough" : "cancel"),
      create: (id, run) => ({
        command: "stop",
        id,
        client,
        thread: store.state.id,
        run,
        scope: "tool",
        call: callId,
        keepPartial,
        intent,
        ackSeq: message.run?.lastSeq ?? 0,
        painted: null,
      }),
    });
  }

  /** The same call once more, under the key by which the tool knows it. Resolves when the server has taken the request. */
  async retryCall(callId: string): Promise<void> {
    const { message, call } = this.#findCall(callId);
    const refusal = whyNotRetryable(message, call);
    if (refusal !== null) throw new UnsayError(refusal);
    const { client, store } = this.#context;
    return this.#ask({
      ...this.#ofCall(message, callId, "retry"),
      create: (id, run) => ({ command: "retry", id, client, thread: store.state.id, run, call: callId }),
    });
  }

  #ofCall(message: AssistantMessage, id: string, verb: UserRequest["verb"]): Omit<Target, "create"> {
    return { id, message, verb, mark: (current, request) => markCallRequest(current, id, request) };
  }

  /** A second press while the first is on its way is no news; after a lost reply it repeats the same command. */
  #ask(target: Target): Promise<void> {
    const key = `${target.verb} ${target.id}`;
    const known = this.#underway.get(key);
    if (known !== undefined && !this.#unanswered.has(key)) return known;
    const asked = this.#deliver(key, target).finally(() => {
      if (this.#underway.get(key) === asked) this.#underway.delete(key);
    });
    this.#underway.set(key, asked);
    return asked;
  }

  async #deliver(key: string, { message, verb, mark, create }: Target): Promise<void> {
    const { store, createId } = this.#context;
    const command = this.#unanswered.get(key) ?? create(createId(), message.run?.id ?? "");
    this.#unanswered.delete(key);
    const say = (phase: UserRequest["phase"], error?: UnsayErrorData) =>
      store.change(message.id, (current) => mark(current, { verb, command: command.id, phase, ...(error === undefined ? {} : { error }) }));
    const doubt = () => {
      this.#unanswered.set(key, command);
      say("unconfirmed");
    };
    say("sending");
    const cancel = store.clock.after(UNCONFIRMED_MS, doubt);
    try {
      await sendCommand(this.#context, command);
      this.#unanswered.delete(key);
      this.#accept(message.id, command.id, () => say("accepted"));
    } catch (error) {
      if (error instanceof UnsayError && !isUnanswered(error)) say("refused", error.toJSON());
      else doubt();
      throw error;
    } finally {
      cancel();
    }
  }

  /** What was asked for may have come before the reply to the asking. */
  #accept(messageId: string, command: string, say: () => void): void {
    const message = this.#context.store.find(messageId);
    const isWaiting = [...(message?.calls ?? []), ...(message?.receipts ?? [])].some(({ request }) => request?.command === command);
    if (isWaiting) say();
  }

  async #sendSteer(messageId: string, steer: Steer, command: RunCommand): Promise<never> {
    try {
      await sendCommand(this.#context, command);
    } catch (error) {
      // Where the reply was lost the outcome may still come by the stream; it is waited for a while.
      if (error instanceof UnsayError && !isUnanswered(error)) this.#failSteer(messageId, steer, error.toJSON());
      else this.#context.store.clock.after(UNCONFIRMED_MS, () => this.#failSteer(messageId, steer, notDelivered("nobody confirmed it")));
    }
    return new Promise<never>(() => {});
  }

  #failSteer(messageId: string, steer: Steer, error: UnsayErrorData): void {
    const known = this.#context.store.find(messageId)?.steers?.find(({ command }) => command === steer.command);
    if (known?.phase === "sending")
      this.#context.store.change(messageId, (message) => markSteer(message, { ...steer, phase: "failed", error }));
  }

  /** Settles with what the message says of the steer, whoever said it: the stream, a refusal, or the end of the run. */
  async #outcomeOf(messageId: string, command: string): Promise<void> {
    const { store } = this.#context;
    const steerNow = () => store.find(messageId)?.steers?.find((candidate) => candidate.command === command);
    const settled = await new Promise<Steer | undefined>((resolve) => {
      const look = () => {
        const steer = steerNow();
        if (steer?.phase === "sending") return;
        stop();
        resolve(steer);
      };
      const stop = store.published.subscribe(look);
    });
    if (settled?.phase !== "delivered") throw new UnsayError(settled?.error ?? notDelivered("the answer is gone"));
  }

  #findCall(callId: string): { readonly message: AssistantMessage; readonly call: ToolCall } {
    for (const message of this.#context.store.state.messages.toReversed()) {
      const call = message.role === "assistant" ? message.calls.findLast((candidate) => candidate.id === callId) : undefined;
      if (call !== undefined && message.role === "assistant") return { message, call };
    }
    throw new UnsayError({
      code: "not-found",
      message: `There is no call ${callId} in this thread, so nothing was sent.`,
      retryable: false,
    });
  }

  #findReceipt(receiptId: string): { readonly message: AssistantMessage; readonly receipt: Receipt } {
    for (const message of this.#context.store.state.messages.toReversed()) {
      const receipt = message.role === "assistant" ? message.receipts.find((candidate) => candidate.id === receiptId) : undefined;
      if (receipt !== undefined && message.role === "assistant") return { message, receipt };
    }
    throw new UnsayError({
      code: "not-found",
      message: `There is no receipt ${receiptId} in this thread, so nothing was sent.`,
      retryable: false,
    });
  }
}

const NOTHING_SAID: UnsayErrorData = { code: "invalid-request", message: "There are no words to tell the model.", retryable: false };

function whyNotSteerable(message: AssistantMessage | undefined): UnsayErrorData | null {
  if (message?.run == null || message.run.state === "ended") return NOTHING_LIVE;
  if (message.run.caps.steer !== true) return STEER_UNSUPPORTED;
  if (selectOpenApprovals(message).length > 0 || message.run.state === "awaiting-approval") return APPROVAL_OPEN;
  if (message.stop !== null) return notDelivered("the answer is being stopped");
  return message.reconnecting ? notDelivered("the connection is being made again") : null;
}

const STEER_UNSUPPORTED: UnsayErrorData = {
  code: "steer-unsupported",
  message: "This run can't be told anything while it goes on. Queue the words, or redirect.",
  retryable: false,
};

const APPROVAL_OPEN: UnsayErrorData = {
  code: "approval-open",
  message: "The run waits for a decision, and words are never read as one. Approve, reject, redirect, stop, or queue the words.",
  retryable: false,
};
