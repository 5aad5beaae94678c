import { UnsayError, type DecideCommand, type UnsayErrorData } from "../protocol/index.js";
import { markDeciding, markDecisionFailed, type Approval, type AssistantMessage } from "../message/index.js";
import { sendCommand, UNCONFIRMED_MS, type SessionContext } from "./session-context.js";
import type { Decision } from "./session.types.js";

/** Sends the user's decisions, each once; an unconfirmed one is repeated as it was, whatever is pressed then. */
export class Decisions {
  readonly #context: SessionContext;
  readonly #sent = new Map<string, DecideCommand>();

  constructor(context: SessionContext) {
    this.#context = context;
  }

  /** Resolves when the server has accepted it. Rejects with an `UnsayError`. */
  async decide(approvalId: string, decision: Decision): Promise<void> {
    const { message, approval } = this.#find(approvalId);
    if (approval.status === "deciding" && approval.unconfirmed !== true) return;
    if (approval.status !== "open" && approval.status !== "deciding") throw new UnsayError(closed(approval));
    const isRepeat = approval.status === "deciding";
    const command = (isRepeat ? this.#sent.get(approvalId) : undefined) ?? this.#createCommand(approval, decision);
    this.#sent.set(approvalId, command);
    this.#context.store.change(message.id, (current) => markDeciding(current, approvalId, command.id));
    await this.#send(message.id, command);
  }

  #find(approvalId: string): { readonly message: AssistantMessage; readonly approval: Approval } {
    for (const message of this.#context.store.state.messages.toReversed()) {
      const approval = message.role === "assistant" ? message.approvals.find((candidate) => candidate.id === approvalId) : undefined;
      if (approval !== undefined && message.role === "assistant") return { message, approval };
    }
    throw new UnsayError(unknown(approvalId));
  }

  #createCommand(approval: Approval, decision: Decision): DecideCommand {
    const { store, client, createId } = this.#context;
    return {
      command: "decide",
      id: createId(),
      client,
      thread: store.state.id,
      run: approval.run,
      approval: approval.id,
      items: approval.items.map((item) => ({ ...item, ...decision })),
    };
  }

  async #send(messageId: string, command: DecideCommand): Promise<void> {
    const { store } = this.#context;
    const mark = (outcome: "refused" | "unconfirmed") =>
      store.change(messageId, (message) => markDecisionFailed(message, command.approval, outcome));
    store.clock.after(UNCONFIRMED_MS, () => {
      const approval = store.find(messageId)?.approvals.find((candidate) => candidate.id === command.approval);
      if (approval?.command === command.id) mark("unconfirmed");
    });
    try {
      await sendCommand(this.#context, command);
    } catch (error) {
      mark(error instanceof UnsayError && error.code !== "network" ? "refused" : "unconfirmed");
      throw error;
    }
  }
}

function unknown(id: string): UnsayErrorData {
  return { code: "approval-unknown", message: `There is no approval ${id} in this thread, so nothing was decided.`, retryable: false };
}

function closed({ id, status }: Approval): UnsayErrorData {
  return { code: "approval-closed", message: `The approval ${id} is ${status}; a later answer changes nothing.`, retryable: false };
}
