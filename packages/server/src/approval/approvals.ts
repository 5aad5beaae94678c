import type { ApprovalItem, DecideCommand, DecidedItem, EventPayload } from "@unsay/core/protocol";
import type { Clock } from "@unsay/core";
import { conflict, HttpProblem, invalidRequest } from "../http/problem.js";
import type { ApprovalSigner, ApprovalSubject } from "./signature.js";

export interface ApprovalsOptions {
  readonly thread: string;
  readonly run: string;
  readonly clock: Clock;
  readonly expiryMs: number;
  readonly signer: ApprovalSigner;
  readonly createId: () => string;
  readonly emit: (payload: EventPayload) => void;
}

interface OpenApproval {
  readonly subject: ApprovalSubject;
  readonly expiresAt: number;
  readonly cancelExpiry: () => void;
  readonly settle: (items: readonly DecidedItem[]) => void;
}

/** What the asker gets: the decision, and proof of what it was about. */
export interface Answer {
  readonly items: readonly DecidedItem[];
  readonly subject: ApprovalSubject | null;
  readonly sig: string | null;
}

/**
 * The pending table of one run: the only truth about its approvals. The first decision closes one; expiry rejects it,
 * a stop cancels it, and nothing else can open it again.
 */
export class Approvals {
  readonly #options: ApprovalsOptions;
  readonly #open = new Map<string, OpenApproval>();
  readonly #closed = new Map<string, "decided" | "expired" | "cancelled">();
  #isShut = false;

  constructor(options: ApprovalsOptions) {
    this.#options = options;
  }

  get hasOpen(): boolean {
    return this.#open.size > 0;
  }

  has(approval: string): boolean {
    return this.#open.has(approval) || this.#closed.has(approval);
  }

  /** Asks, and waits for the decision, the expiry or the end of the run. Never rejects. */
  async ask(items: readonly ApprovalItem[]): Promise<Answer> {
    const { thread, run, expiryMs, signer, createId } = this.#options;
    const subject = { approval: createId(), thread, run, items, expiresInMs: expiryMs };
    const sig = await signer.sign(subject);
    if (this.#isShut) return { items: decideAll(items, "cancelled"), subject: null, sig: null };
    return { items: await this.#pose(subject, sig), subject, sig };
  }

  /** Asks what a foreign stream asks. Unsigned, since nothing here can run what it is about. Resolves with the decision. */
  relay(approval: string, items: readonly ApprovalItem[]): Promise<readonly DecidedItem[]> {
    const { thread, run, expiryMs } = this.#options;
    return this.#pose({ approval, thread, run, items, expiresInMs: expiryMs });
  }

  /** A foreign stream says how its own question was answered. */
  adopt(approval: string, items: readonly DecidedItem[], by: string): void {
    const open = this.#open.get(approval);
    if (open !== undefined) this.#close(open, items, "decided", by);
  }

  #pose(subject: ApprovalSubject, sig?: string): Promise<readonly DecidedItem[]> {
    const { clock, expiryMs, emit } = this.#options;
    const { approval, items, expiresInMs } = subject;
    emit({
      type: "approval.request",
      approval,
      items,
      options: ["once"],
      editable: false,
      expiresInMs,
      ...(sig === undefined ? {} : { sig }),
    });
    return new Promise((settle) => {
      const cancelExpiry = clock.after(expiryMs, () => this.#expire(approval));
      this.#open.set(approval, { subject, cancelExpiry, settle, expiresAt: clock.now() + expiryMs });
    });
  }

  /** Throws an `HttpProblem` when the decision is not one about an open approval as it was asked. */
  decide(command: DecideCommand): void {
    const open = this.#open.get(command.approval);
    if (open === undefined) throw this.#refusal(command.approval);
    if (this.#options.clock.now() >= open.expiresAt) {
      this.#expire(command.approval);
      throw expired(command.approval);
    }
    const items = readDecision(command, open.subject.items);
    this.#close(open, items, "decided", "user");
  }

  /** The run ends or stops: what is open is cancelled, and nothing is asked any more. */
  shut(by: string): void {
    this.#isShut = true;
    for (const open of this.#open.values()) this.#close(open, decideAll(open.subject.items, "cancelled"), "cancelled", by);
  }

  /** Withdraws the question about one call. */
  cancel(call: string, by: string): void {
    for (const open of this.#open.values()) {
      if (open.subject.items.some((item) => item.call === call))
        this.#close(open, decideAll(open.subject.items, "cancelled"), "cancelled", by);
    }
  }

  #expire(id: string): void {
    const open = this.#open.get(id);
    if (open !== undefined) this.#close(open, decideAll(open.subject.items, "expired"), "expired", "server");
  }

  #close(open: OpenApproval, items: readonly DecidedItem[], how: "decided" | "expired" | "cancelled", by: string): void {
    this.#open.delete(open.subject.approval);
    this.#closed.set(open.subject.approval, how);
    open.cancelExpiry();
    this.#options.emit({ type: "approval.decision", approval: open.subject.approval, items, by });
    open.settle(items);
  }

  #refusal(id: string): HttpProblem {
    switch (this.#closed.get(id)) {
      case undefined:
        return unknownApproval(id);
      case "expired":
        return expired(id);
      case "decided":
        return conflict("approval-closed", `The approval ${id} was answered before; the first answer counts. Load the thread to see it.`);
      case "cancelled":
        return conflict("approval-closed", `The approval ${id} was withdrawn, because the run was stopped or ended. Nothing was run.`);
    }
  }
}

export function unknownApproval(id: string): HttpProblem {
  return new HttpProblem(404, {
    code: "approval-unknown",
    message: `This run never asked for the approval ${id}, so nothing was decided. Send the id that came with approval.request.`,
    retryable: false,
  });
}

function expired(id: string): HttpProblem {
  return conflict("approval-expired", `The approval ${id} has expired, which counts as a rejection. Nothing was run; ask again.`);
}

function decideAll(items: readonly ApprovalItem[], decision: DecidedItem["decision"]): readonly DecidedItem[] {
  return items.map(({ call, argsHash }) => ({ call, argsHash, decision }));
}

/** One choice for each item that was shown, bound to the arguments that were shown. */
function readDecision(command: DecideCommand, asked: readonly ApprovalItem[]): readonly DecidedItem[] {
  if (command.items.length !== asked.length) {
    throw invalidRequest(
      `The approval asks about ${asked.length} call(s), and the decision has ${command.items.length}. Decide each call once.`,
      "items",
    );
  }
  return asked.map(({ call, argsHash }) => {
    const item = command.items.find((candidate) => candidate.call === call);
    if (item === undefined) throw invalidRequest(`The decision says nothing about the call ${call}.`, "items");
    if (item.argsHash !== argsHash) {
      throw conflict(
        "approval-args-mismatch",
        `The decision on ${call} is about other arguments than were asked about, so nothing was run. Show the arguments of approval.request and decide again.`,
      );
    }
    const decision = item.decision === "approve" ? "approved" : "rejected";
    return { call, argsHash, decision, ...(item.reason === undefined ? {} : { reason: item.reason }) };
  });
}
