import type { ApprovalItem, DecideCommand, DecidedItem, EventPayload, GrantScope } from "@unsay/core/protocol";
import type { Clock } from "@unsay/core";
import { conflict, HttpProblem, invalidRequest } from "../http/problem.js";
import { readDecision, type ReviewItem } from "./decision.js";
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

/** What the person who decides may do beside yes and no. */
export interface AskOptions {
  readonly editable: boolean;
  readonly scopable: boolean;
  readonly review: ReviewItem;
}

type Closed = "decided" | "expired" | "cancelled";

interface Closing {
  readonly items: readonly DecidedItem[];
  readonly scopes: ReadonlyMap<string, GrantScope>;
  readonly client: string | null;
}

interface OpenApproval {
  readonly subject: ApprovalSubject;
  readonly review: ReviewItem;
  readonly expiresAt: number;
  readonly cancelExpiry: () => void;
  readonly settle: (closing: Closing) => void;
}

/** What the asker gets: the decision, and proof of what it was about. */
export interface Answer extends Closing {
  readonly subject: ApprovalSubject;
  readonly sig: string;
}

/**
 * The pending table of one run: the only truth about its approvals. The first decision closes one; expiry rejects it,
 * a stop cancels it, and nothing else can open it again.
 */
export class Approvals {
  readonly #options: ApprovalsOptions;
  readonly #open = new Map<string, OpenApproval>();
  readonly #closed = new Map<string, Closed>();
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
  async ask(items: readonly ApprovalItem[], options: AskOptions): Promise<Answer> {
    const { thread, run, expiryMs, signer, createId } = this.#options;
    const subject = { approval: createId(), thread, run, items, expiresInMs: expiryMs };
    const sig = await signer.sign(subject);
    if (this.#isShut) return { ...withdrawn(items), subject, sig };
    return { ...(await this.#pose(subject, options, sig)), subject, sig };
  }

  /** A standing permission answers in place of a person. It stands among the answers, so that a reader sees who allowed it. */
  answerByGrant(item: ApprovalItem): void {
    const { createId, emit } = this.#options;
    if (this.#isShut) return;
    const approval = createId();
    this.#closed.set(approval, "decided");
    emit({ type: "approval.request", approval, items: [item], options: ["scoped"], editable: false, expiresInMs: null });
    emit({ type: "approval.decision", approval, items: [{ ...item, decision: "approved" }], by: "grant" });
  }

  /** Asks what a foreign stream asks. Unsigned, since nothing here can run what it is about. Resolves with the decision. */
  async relay(approval: string, items: readonly ApprovalItem[]): Promise<readonly DecidedItem[]> {
    const { thread, run, expiryMs } = this.#options;
    const subject = { approval, thread, run, items, expiresInMs: expiryMs };
    return (await this.#pose(subject, { editable: false, scopable: false, review: refuseExtras })).items;
  }

  /** A foreign stream says how its own question was answered. */
  adopt(approval: string, items: readonly DecidedItem[], by: string): void {
    const open = this.#open.get(approval);
    if (open !== undefined) this.#close(open, items, "decided", by);
  }

  #pose(subject: ApprovalSubject, { editable, scopable, review }: AskOptions, sig?: string): Promise<Closing> {
    const { clock, expiryMs, emit } = this.#options;
    const { approval, items, expiresInMs } = subject;
    emit({
      type: "approval.request",
      approval,
      items,
      options: scopable ? ["once", "scoped"] : ["once"],
      editable,
      expiresInMs,
      ...(sig === undefined ? {} : { sig }),
    });
    return new Promise((settle) => {
      const cancelExpiry = clock.after(expiryMs, () => this.#expire(approval));
      this.#open.set(approval, { subject, review, cancelExpiry, settle, expiresAt: clock.now() + expiryMs });
    });
  }

  /** Throws an `HttpProblem` when the decision is not one about an open approval as it was asked. */
  decide(command: DecideCommand): void {
    const open = this.#open.get(command.approval);
    if (open === undefined) throw this.#refusal(command.approval);
    if (this.#options.clock.now() >= open.expiresAt) {
      this.#expire(command.approval);
      throw expiredApproval(command.approval);
    }
    const { items, scopes } = readDecision(command, open.subject.items, open.review);
    this.#close(open, items, "decided", "user", { scopes, client: command.client });
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

  #close(open: OpenApproval, items: readonly DecidedItem[], how: Closed, by: string, given?: Pick<Closing, "scopes" | "client">): void {
    this.#open.delete(open.subject.approval);
    this.#closed.set(open.subject.approval, how);
    open.cancelExpiry();
    this.#options.emit({ type: "approval.decision", approval: open.subject.approval, items, by });
    open.settle({ items, ...(given ?? NOTHING_GIVEN) });
  }

  #refusal(id: string): HttpProblem {
    switch (this.#closed.get(id)) {
      case undefined:
        return unknownApproval(id);
      case "expired":
        return expiredApproval(id);
      case "decided":
        return conflict(
          "approval-closed",
          `The approval ${id} was answered before; the first answer counts. Load the thread to see it.`,
          "approval",
        );
      case "cancelled":
        return conflict(
          "approval-closed",
          `The approval ${id} was withdrawn, because the run was stopped or ended. Nothing was run.`,
          "approval",
        );
    }
  }
}

export function unknownApproval(id: string): HttpProblem {
  return new HttpProblem(404, {
    code: "approval-unknown",
    message: `This run never asked for the approval ${id}, so nothing was decided. Send the id that came with approval.request.`,
    retryable: false,
    field: "approval",
  });
}

export function expiredApproval(id: string): HttpProblem {
  return conflict(
    "approval-expired",
    `The approval ${id} has expired, which counts as a rejection. Nothing was run; ask again.`,
    "approval",
  );
}

const NOTHING_GIVEN: Pick<Closing, "scopes" | "client"> = { scopes: new Map(), client: null };

function withdrawn(items: readonly ApprovalItem[]): Closing {
  return { items: decideAll(items, "cancelled"), ...NOTHING_GIVEN };
}

/** For what nothing here can run: yes or no is all there is. */
const refuseExtras: ReviewItem = ({ edited, scope }) => {
  if (edited === undefined && scope === undefined) return {};
  throw invalidRequest("This approval takes neither edited arguments nor a standing permission. Approve or reject.", "items");
};

function decideAll(items: readonly ApprovalItem[], decision: DecidedItem["decision"]): readonly DecidedItem[] {
  return items.map(({ call, argsHash }) => ({ call, argsHash, decision }));
}
