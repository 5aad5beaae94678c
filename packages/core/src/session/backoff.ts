import type { UnsayErrorData } from "../protocol/index.js";
import type { ReconnectPolicy } from "./session.types.js";

export const RECONNECT_POLICY: ReconnectPolicy = { tries: 8, baseMs: 1_000, maxMs: 30_000, busyTries: 4 };
/** Clients that a draining server sends away come back spread over this time. */
export const GOAWAY_SPREAD_MS = 2_000;
/** The longest wait a server may ask for; any timer that a server sets is clamped to it. */
export const MAX_WAIT_MS = 60_000;
/** Clients that were told to wait the same time come back this much later than told, at most. */
const WAIT_SPREAD = { share: 0.3, maxMs: 2_000 };

/** Full jitter: anything from 0 to the doubled and capped base, so that a thousand clients don't return as one. */
export function backoffMs(policy: ReconnectPolicy, attempt: number, random: () => number): number {
  return random() * Math.min(policy.maxMs, policy.baseMs * 2 ** (attempt - 1));
}

/** What is known when a connection is lost or a request was refused. */
export interface Loss {
  readonly cause: "disconnected" | "corrupt" | "failed";
  readonly error: UnsayErrorData;
  /** The server has answered that there is nothing to come back to. */
  readonly isFinal: boolean;
  /** A run has opened; it is resumed, where before it the start is repeated. */
  readonly hasRun: boolean;
  /** The run can be resumed, or, before it opened, the start may be repeated without starting twice. */
  readonly canAsk: boolean;
  /** Tries since the last sign of life. */
  readonly attempt: number;
  /** The server asked its readers to come back after this time. */
  readonly moveInMs: number | null;
}

export type Recovery =
  | { readonly type: "give-up" }
  /** `busy`: the server refused for now, so nothing was lost, and no event may hurry the next try. */
  | { readonly type: "ask"; readonly inMs: number; readonly why: "lost" | "busy" | "moving" };

/** What follows a loss: the decision as data, made of facts, a policy and a die. */
export function planRecovery(loss: Loss, policy: ReconnectPolicy, random: () => number): Recovery {
  if (loss.isFinal || !loss.canAsk || !isWorthAsking(loss)) return { type: "give-up" };
  if (loss.moveInMs !== null) return { type: "ask", inMs: loss.moveInMs, why: "moving" };
  const isBusy = !loss.hasRun && BUSY.has(loss.error.code);
  if (loss.attempt >= (isBusy ? policy.busyTries - 1 : policy.tries)) return { type: "give-up" };
  return { type: "ask", inMs: waitMs(loss, policy, random), why: isBusy ? "busy" : "lost" };
}

/** Of a start that was refused: `run-not-live` says that what it replaces can't be stopped yet. */
const BUSY: ReadonlySet<string> = new Set(["rate-limited", "provider-overloaded", "run-not-live"]);

/** A run's own log is asked for whatever was lost of it; a refused start only if the refusal may pass. */
function isWorthAsking({ hasRun, cause, error }: Loss): boolean {
  return hasRun || (cause !== "corrupt" && error.retryable);
}

function waitMs({ error, attempt }: Loss, policy: ReconnectPolicy, random: () => number): number {
  const asked = clampWait(error.retryAfterMs);
  if (asked === 0) return backoffMs(policy, attempt + 1, random);
  return Math.min(MAX_WAIT_MS, asked + random() * Math.min(asked * WAIT_SPREAD.share, WAIT_SPREAD.maxMs));
}

/** A time that a server asked for, in ms: 0 for what is absent or makes no sense. */
export function clampWait(ms: number | undefined): number {
  return ms === undefined || !(ms > 0) ? 0 : Math.min(ms, MAX_WAIT_MS);
}
