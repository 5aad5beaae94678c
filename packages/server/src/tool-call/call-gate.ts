import { createArgsHash, type DecideItem, type UnsayErrorData } from "@unsay/core/protocol";
import type { Clock } from "@unsay/core";
import type { Answer, Approvals } from "../approval/approvals.js";
import { coversArgs, definitionOf, whyNotGrantable, type StoredGrant } from "../approval/grants.js";
import { judge, type Policy, type PolicyVerdict } from "../approval/policy.js";
import type { ApprovalSigner } from "../approval/signature.js";
import { HttpProblem, invalidRequest } from "../http/problem.js";
import type { Log } from "../log.js";
import type { Store } from "../stores/store.js";
import { bindCall, fixArgs, type BoundCall } from "./bound-call.js";
import { changedArguments, noLongerAllowed, policyDenied } from "./tool-errors.js";

export interface CallGateOptions {
  readonly thread: string;
  readonly run: string;
  readonly clock: Clock;
  readonly policy?: Policy;
  readonly signer: ApprovalSigner;
  readonly approvals: Approvals;
  readonly store: Store;
  readonly createId: () => string;
  readonly log: Log;
}

/** Why a call may run, and with what: proof that is looked at again right before it does. */
export interface Passage {
  readonly call: BoundCall;
  readonly by: "policy" | "grant" | "decision";
  /** Still true now? Gives the reason against it. */
  readonly check: () => Promise<UnsayErrorData | null>;
}

export type Verdict =
  | { readonly kind: "pass"; readonly passage: Passage }
  | { readonly kind: "refused"; readonly error: UnsayErrorData }
  | { readonly kind: "rejected"; readonly reason?: string }
  | { readonly kind: "expired" }
  | { readonly kind: "cancelled" };

/** Decides which calls may run: by policy, by a standing permission, or by asking. No other way leads to a tool. */
export class CallGate {
  readonly #options: CallGateOptions;

  constructor(options: CallGateOptions) {
    this.#options = options;
  }

  /** Verdicts in the order of the calls; those that need it are asked about in one approval. Never rejects. */
  async pass(calls: readonly BoundCall[], onAsk: (asked: readonly BoundCall[]) => void): Promise<readonly Verdict[]> {
    const verdicts = await Promise.all(calls.map((call) => this.#passUnasked(call)));
    const open = calls.filter((_, at) => verdicts[at] === null);
    if (open.length === 0) return verdicts.filter((verdict) => verdict !== null);
    onAsk(open);
    const answer = await this.#ask(open);
    await this.#saveGrants(open, answer);
    return calls.map((call, at) => verdicts[at] ?? this.#verdictOf(call, answer));
  }

  /** `null`: somebody has to be asked. */
  async #passUnasked(call: BoundCall): Promise<Verdict | null> {
    const judged = this.judge(call);
    if (judged === "deny") return { kind: "refused", error: policyDenied(call.name) };
    if (judged === "allow") return pass(call, "policy", async () => (this.judge(call) === "allow" ? null : noLongerAllowed(call.name)));
    return this.#passByGrant(call);
  }

  /** Also for compensations. */
  judge(call: BoundCall): PolicyVerdict {
    const { policy, thread, run } = this.#options;
    return judge(policy, { name: call.name, args: call.args, effect: call.effect, asks: call.tool.approval === true }, { thread, run });
  }

  async #passByGrant(call: BoundCall): Promise<Verdict | null> {
    const grant = await this.#findGrant(call);
    if (grant === null) return null;
    this.#options.approvals.answerByGrant({ call: call.id, argsHash: call.argsHash });
    return pass(call, "grant", async () => {
      const isDenied = this.judge(call) === "deny";
      return isDenied || (await this.#findGrant(call)) === null ? noLongerAllowed(call.name) : null;
    });
  }

  /** What cannot be looked up is not granted. */
  async #findGrant(call: BoundCall): Promise<StoredGrant | null> {
    if (!isGrantable(call)) return null;
    const { store, thread, clock, log } = this.#options;
    try {
      const grants = await store.listGrants(thread);
      return grants.find((grant) => isAbout(grant, call, clock.epoch())) ?? null;
    } catch (error) {
      log({ level: "error", event: "store.failed", thread, message: "Standing permissions could not be read, so none counts.", error });
      return null;
    }
  }

  #ask(calls: readonly BoundCall[]): Promise<Answer> {
    const items = calls.map(({ id, argsHash }) => ({ call: id, argsHash }));
    return this.#options.approvals.ask(items, {
      editable: calls.every(isEditable),
      scopable: calls.every(isGrantable),
      review: (item) => this.#review(item, calls),
    });
  }

  /** Throws an `HttpProblem` for an edit that does not fit or is not allowed, and for a permission that can't be given. */
  #review(item: DecideItem, calls: readonly BoundCall[]): { readonly edited?: unknown } {
    const call = calls.find(({ id }) => id === item.call);
    if (call === undefined || item.decision === "reject") return {};
    const edited = item.edited === undefined ? call : this.#edit(call, item.edited);
    if (item.scope !== undefined) checkScope(edited, item.scope);
    return item.edited === undefined ? {} : { edited: edited.args };
  }

  /** The arguments as a person changed them, checked by all that the model's had to pass. */
  #edit(call: BoundCall, args: unknown): BoundCall {
    if (!isEditable(call)) throw invalidRequest(`The arguments of ${call.name} can't be edited. Approve or reject them.`, "edited");
    const bound = bindCall(call, args, this.#options.clock.now());
    if (!bound.ok) throw new HttpProblem(422, { ...bound.error, field: "edited" });
    if (this.judge(bound.call) === "deny") throw new HttpProblem(403, { ...policyDenied(call.name), field: "edited" });
    return bound.call;
  }

  #verdictOf(asked: BoundCall, answer: Answer): Verdict {
    const item = answer.items.find(({ call }) => call === asked.id);
    switch (item?.decision) {
      case "approved":
        return this.#approved(asked, item.edited, answer);
      case "rejected":
        return { kind: "rejected", ...(item.reason === undefined ? {} : { reason: item.reason }) };
      case "expired":
        return { kind: "expired" };
      default:
        return { kind: "cancelled" };
    }
  }

  #approved(asked: BoundCall, edited: unknown, answer: Answer): Verdict {
    const bound = edited === undefined ? ({ ok: true, call: asked } as const) : fixArgs(asked, edited, this.#options.clock.now());
    if (!bound.ok) return { kind: "refused", error: bound.error };
    const { call } = bound;
    return pass(call, "decision", async () => {
      if (this.judge(call) === "deny") return noLongerAllowed(call.name);
      return (await this.#isSigned(asked, answer)) ? null : changedArguments(call.name);
    });
  }

  /** Recomputes what was asked from what the call holds. */
  async #isSigned(asked: BoundCall, { subject, sig }: Answer): Promise<boolean> {
    const argsHash = digestOf(asked);
    const items = subject.items.map((item) => (item.call === asked.id ? { call: item.call, argsHash } : item));
    return this.#options.signer.verify({ ...subject, items }, sig);
  }

  /** A permission that could not be stored does not stand; the decision itself still counts. */
  async #saveGrants(calls: readonly BoundCall[], answer: Answer): Promise<void> {
    const { store, log, thread } = this.#options;
    for (const call of calls) {
      const grant = this.#grantOf(call, answer);
      if (grant === null) continue;
      await store.saveGrant(grant).catch((error: unknown) => {
        log({
          level: "error",
          event: "store.failed",
          thread,
          message: "A standing permission could not be stored, so it does not stand.",
          error,
        });
      });
    }
  }

  #grantOf(call: BoundCall, { items, scopes, subject, client }: Answer): StoredGrant | null {
    const scope = scopes.get(call.id);
    const isApproved = items.some((item) => item.call === call.id && item.decision === "approved");
    if (scope === undefined || !isApproved || client === null) return null;
    const { clock, createId, thread } = this.#options;
    const grantedAt = clock.epoch();
    return {
      grant: createId(),
      thread,
      tool: call.name,
      definition: definitionOf(call.name, call.tool),
      argsPattern: scope.argsPattern,
      grantedAt,
      expiresAt: grantedAt + scope.ms,
      approval: subject.approval,
      client,
    };
  }
}

/** The digest is fixed here, so that nothing else can run later, whatever became of the call's fields. */
function pass(call: BoundCall, by: Passage["by"], check: Passage["check"]): Verdict {
  const { argsHash } = call;
  return {
    kind: "pass",
    passage: { call, by, check: async () => (digestOf(call) === argsHash ? check() : changedArguments(call.name)) },
  };
}

function digestOf({ id, name, json }: BoundCall): string {
  return createArgsHash(id, name, JSON.parse(json));
}

function isEditable({ tool }: BoundCall): boolean {
  return tool.parse !== undefined;
}

/** What can't be taken back is asked about each time. */
function isGrantable({ effect }: BoundCall): boolean {
  return effect !== "irreversible";
}

function isAbout(grant: StoredGrant, call: BoundCall, epoch: number): boolean {
  return (
    grant.tool === call.name &&
    grant.expiresAt > epoch &&
    grant.definition === definitionOf(call.name, call.tool) &&
    coversArgs(grant.argsPattern, call.args)
  );
}

function checkScope(call: BoundCall, scope: NonNullable<DecideItem["scope"]>): void {
  if (!isGrantable(call)) {
    throw new HttpProblem(403, {
      code: "policy-denied",
      message: `What ${call.name} does can't be taken back, so it is asked about each time. Approve it once.`,
      retryable: false,
      field: "scope",
    });
  }
  const problem = whyNotGrantable(scope, call.args);
  if (problem !== null) throw invalidRequest(problem, "scope");
}
