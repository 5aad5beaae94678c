import type { ApprovalItem, DecideCommand, DecidedItem, DecideItem, GrantScope } from "@unsay/core/protocol";
import { conflict, invalidRequest } from "../http/problem.js";

/** Checks one item further than its shape: throws an `HttpProblem`, or gives the edited arguments as they would run. */
export type ReviewItem = (item: DecideItem) => { readonly edited?: unknown };

export interface ReadDecision {
  readonly items: readonly DecidedItem[];
  /** Standing permissions that were asked for with it. */
  readonly scopes: ReadonlyMap<string, GrantScope>;
}

/** One choice for each item that was shown, bound to the arguments that were shown. Throws an `HttpProblem`. */
export function readDecision(command: DecideCommand, asked: readonly ApprovalItem[], review: ReviewItem): ReadDecision {
  if (command.items.length !== asked.length) {
    throw invalidRequest(
      `The approval asks about ${asked.length} call(s), and the decision has ${command.items.length}. Decide each call once.`,
      "items",
    );
  }
  const given = asked.map((item) => itemAbout(command, item));
  const scopes = new Map(given.flatMap(({ call, scope }) => (scope === undefined ? [] : [[call, scope] as const])));
  return { items: given.map((item) => decidedItem(item, review)), scopes };
}

function itemAbout(command: DecideCommand, { call, argsHash }: ApprovalItem): DecideItem {
  const item = command.items.find((candidate) => candidate.call === call);
  if (item === undefined) throw invalidRequest(`The decision says nothing about the call ${call}.`, "items");
  if (item.argsHash === argsHash) return item;
  throw conflict(
    "approval-args-mismatch",
    `The decision on ${call} is about other arguments than were asked about, so nothing was run. Show the arguments of approval.request and decide again.`,
    "items",
  );
}

function decidedItem(item: DecideItem, review: ReviewItem): DecidedItem {
  const { call, argsHash, reason } = item;
  const edits = review(item);
  const decision = item.decision === "approve" ? "approved" : "rejected";
  return { call, argsHash, decision, ...edits, ...(reason === undefined ? {} : { reason }) };
}
