import type { UnsayEvent } from "./events.js";

/** Facts for developers: nothing here changes what the reader sees. */
export type Diagnostic =
  | { readonly code: "transport.buffered"; readonly spreadMs: number; readonly arrivalMs: number }
  | { readonly code: "degenerate.loop"; readonly since: number; readonly repeats: number }
  | { readonly code: "agent.looping"; readonly name: string; readonly errorCode: string; readonly times: number }
  | { readonly code: "stop.unconfirmed"; readonly command: string; readonly waitedMs: number }
  | { readonly code: "usage.unreported"; readonly run: string }
  | { readonly code: "hold.expired"; readonly part: string; readonly why: "guardrail" | "dependency" | "decision" }
  | { readonly code: "approval.reflex"; readonly approval: string; readonly dwellMs: number }
  | { readonly code: "adapter.no-terminal-event"; readonly wire: string }
  | { readonly code: "adapter.raw-reason"; readonly wire: string; readonly raw: string; readonly mapped: string }
  | { readonly code: "adapter.bad-event"; readonly wire: string; readonly message: string }
  | { readonly code: "protocol.unknown-event"; readonly type: string; readonly count: number }
  | { readonly code: "protocol.invalid-event"; readonly message: string }
  | { readonly code: "storage.failed"; readonly operation: "read" | "write"; readonly key: string; readonly message: string }
  | { readonly code: "protocol.gap"; readonly expected: number; readonly got: number };

export type OnDiagnostic = (diagnostic: Diagnostic) => void;

/** Numbers of the illegal transitions in the specification, section 3.1. */
export type RuleNumber = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17;

/** An event that no honest server sends here. It was not applied unless the rule says so. */
export interface ProtocolViolation {
  readonly rule: RuleNumber;
  readonly event: UnsayEvent;
  readonly message: string;
}
