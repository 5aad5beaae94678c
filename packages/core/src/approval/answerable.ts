import type { Approval } from "../message/message.js";

const FINAL_REFUSALS: ReadonlySet<string> = new Set(["approval-closed", "approval-expired", "approval-unknown"]);

/** The server takes no answer to it any more, whatever this client has not heard yet. */
export function isRefusedForGood({ refused }: Approval): boolean {
  return refused !== undefined && FINAL_REFUSALS.has(refused.code);
}

/** By this client's clock. The server decides it; asking it for what it will refuse is no use. */
export function isPastExpiry({ requestedAt, expiresInMs }: Approval, epoch: number): boolean {
  return requestedAt !== null && expiresInMs !== null && epoch >= requestedAt + expiresInMs;
}
