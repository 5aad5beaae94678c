import { systemClock, type Clock } from "@unsay/core";
import type { StartCommand } from "@unsay/core/protocol";
import type { Authorize } from "./access/authorize.js";
import type { RateLimits } from "./access/limits.js";
import type { Agent } from "./agents/agent.js";
import type { Policy } from "./approval/policy.js";
import { createApprovalSigner, type ApprovalSigner } from "./approval/signature.js";
import type { GuardOptions } from "./http/guard.js";
import { consoleLog, type Log } from "./log.js";
import { guardStore } from "./stores/guarded-store.js";
import { createMemoryStore } from "./stores/memory.js";
import type { Store } from "./stores/store.js";
import type { ToolSet } from "./tool-call/tool.js";
import type { GuardSettings } from "./guard/holdback.js";
import type { PollUsage } from "./usage/usage-ledger.js";

export interface UnsayServerOptions extends GuardOptions {
  readonly agent: Agent;
  readonly authorize: Authorize;
  readonly tools?: ToolSet;
  /** Default: this process's memory. The server does not close it. */
  readonly store?: Store;
  /** Where the routes are mounted, such as `/api`. */
  readonly basePath?: string;
  readonly heartbeatMs?: number;
  /**
   * What becomes of a run that nobody listens to. Pages with more than four live threads read them in turns over HTTP/1.1, so `cancelAfterMs`
   * should leave a reader 10 s or more to come back.
   */
  readonly onDisconnect?: "continue" | { readonly cancelAfterMs: number };
  /** How long running tools may take to report after a stop. */
  readonly settleMs?: number;
  readonly approvalExpiryMs?: number;
  /** How long a write that nobody was asked about waits, so that it can be cancelled, in ms. Default: 10,000. */
  readonly undoWindowMs?: number;
  /** How long a call that changes something can be seen before it runs, in ms. Default: 800. */
  readonly minToolLeadMs?: number;
  /** What may run without a question, and what may not run at all. */
  readonly policy?: Policy;
  /** Checks text before any reader gets it: `holdback({ check })`. */
  readonly guard?: GuardSettings;
  /** Asks the provider what a generation cost that was cut before it said so. */
  readonly pollUsage?: PollUsage;
  /** How long after its end a run's usage is waited for, in ms. Default: 60,000. */
  readonly usageDeadlineMs?: number;
  /** How long a producer counts as living without a sign of life. */
  readonly leaseMs?: number;
  /** How long after its end a run's log is kept; from then on only its message is. Default: 24 hours. */
  readonly ttlMs?: number;
  /** How much one thread, or whom `keyOf` names, may ask of this process. */
  readonly limits?: RateLimits;
  /** How often `authorize` is asked again while a stream is open, in ms. Default: 4,000. */
  readonly recheckMs?: number;
  /** Whether runs can be resumed here. Default: true. */
  readonly resume?: boolean | ((command: StartCommand) => boolean);
  /** Signs approvals. Needed where several processes serve the same runs; otherwise one is made up. */
  readonly secret?: string;
  readonly clock?: Clock;
  readonly createId?: () => string;
  readonly log?: Log;
}

/** The options with every default in place, and what one process has once. */
export interface Settings extends GuardOptions {
  readonly agent: Agent;
  readonly authorize: Authorize;
  readonly tools: ToolSet;
  readonly store: Store;
  readonly basePath: string;
  readonly heartbeatMs: number;
  readonly onDisconnect: NonNullable<UnsayServerOptions["onDisconnect"]>;
  readonly settleMs: number;
  readonly approvalExpiryMs: number;
  readonly undoWindowMs: number;
  readonly minToolLeadMs: number;
  readonly usageDeadlineMs: number;
  readonly policy?: Policy;
  readonly guard?: GuardSettings;
  readonly pollUsage?: PollUsage;
  readonly leaseMs: number;
  readonly ttlMs: number;
  readonly limits: RateLimits;
  readonly recheckMs: number;
  readonly canResume: (command: StartCommand) => boolean;
  readonly signer: ApprovalSigner;
  readonly clock: Clock;
  readonly createId: () => string;
  readonly log: Log;
  /** Names this process in the leases of its runs. */
  readonly owner: string;
}

/** Throws a `TypeError` without `authorize`. */
export function resolveSettings(options: UnsayServerOptions): Settings {
  if (typeof options.authorize !== "function") {
    throw new TypeError("createUnsayServer needs `authorize`, since run ids are no secrets. On your own machine, pass `allowAllUnsafe`.");
  }
  const { resume = true, clock = systemClock, store = createMemoryStore(), secret, ...rest } = options;
  return {
    ...DEFAULTS,
    createId: () => crypto.randomUUID(),
    ...withoutUndefined(rest),
    basePath: mountOf(rest.basePath ?? ""),
    store: guardStore(store, clock),
    clock,
    canResume: typeof resume === "function" ? resume : () => resume,
    signer: createApprovalSigner(secret),
    owner: crypto.randomUUID(),
  };
}

/** `/api`, however it was written; empty at the root. */
function mountOf(basePath: string): string {
  const inner = basePath.replace(/^\/+|\/+$/gu, "");
  return inner === "" ? "" : `/${inner}`;
}

const DEFAULTS = {
  tools: {},
  basePath: "",
  heartbeatMs: 15_000,
  onDisconnect: "continue",
  settleMs: 10_000,
  approvalExpiryMs: 900_000,
  undoWindowMs: 10_000,
  minToolLeadMs: 800,
  usageDeadlineMs: 60_000,
  leaseMs: 30_000,
  ttlMs: 86_400_000,
  limits: {},
  recheckMs: 4_000,
  log: consoleLog,
} as const;

/** A caller without types may pass `undefined` for what it leaves out. */
function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
