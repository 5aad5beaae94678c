import type { ConnectionState, ConnectionStatus } from "./session.types.js";

/** What happens to the connection of one run. `attempt` is the number of the try it leads to. */
export type ConnectionInput =
  | { readonly type: "request" }
  | { readonly type: "opened" }
  | { readonly type: "bytes" }
  | { readonly type: "silence" }
  | { readonly type: "cut"; readonly attempt: number }
  /** The server answered that it does not take the request for now: nothing is under way, and nothing was lost. */
  | { readonly type: "refused" }
  | { readonly type: "ask"; readonly attempt: number }
  /** Somebody says that it is over: only a terminal event or the server's record makes it so. */
  | { readonly type: "over"; readonly isStated: boolean }
  | { readonly type: "give-up"; readonly because: "nothing-to-ask" | "tries-spent" }
  /** The last mount left, or the user stopped what no server can stop. */
  | { readonly type: "leave" };

/**
 * Numbers of the illegal transitions: 1 closing without a terminal event, 2 ending the answer before a resume has
 * failed, 3 a second connection for the same run. 0: an input that cannot come in this state, such as bytes before
 * anything is open.
 */
export type ConnectionRule = 0 | 1 | 2 | 3;

export interface ConnectionStep {
  readonly state: ConnectionState;
  /** The input was not applied. */
  readonly illegal: ConnectionRule | null;
}

/** Nothing is under way, so a request may leave. */
const AT_REST: ReadonlySet<ConnectionStatus> = new Set(["idle", "gone", "closed"]);
/** Bytes may come. */
const READING: ReadonlySet<ConnectionStatus> = new Set(["open", "quiet"]);
/** A request is on its way, or its answer is being read. */
const UNDER_WAY: ReadonlySet<ConnectionStatus> = new Set(["connecting", "resuming", "open", "quiet"]);

/** The connection's next state. Pure: what follows from it (a request, a timer, an end) is the reader's to do. */
export function stepConnection(state: ConnectionState, input: ConnectionInput): ConnectionStep {
  const { status } = state;
  switch (input.type) {
    case "request":
      return AT_REST.has(status) ? to("connecting") : illegal(state, 3);
    case "opened":
      return status === "connecting" || status === "resuming" ? to("open") : illegal(state, READING.has(status) ? 3 : 0);
    case "bytes":
      return READING.has(status) ? keep(state, "open") : illegal(state, 0);
    case "silence":
      return READING.has(status) ? keep(state, "quiet") : illegal(state, 0);
    case "cut":
      return UNDER_WAY.has(status) ? to("lost", input.attempt) : illegal(state, 0);
    case "refused":
      return status === "connecting" || status === "resuming" ? to("idle") : illegal(state, 0);
    case "ask":
      return status === "lost" || AT_REST.has(status) ? to("resuming", input.attempt) : illegal(state, 3);
    case "over":
      return input.isStated && UNDER_WAY.has(status) ? to("closed") : illegal(state, 1);
    case "give-up":
      return giveUp(state, input.because);
    case "leave":
      return to("closed");
  }
}

/** A run that could be resumed is given up only after a try; one that never could, as soon as it is lost. */
function giveUp(state: ConnectionState, because: "nothing-to-ask" | "tries-spent"): ConnectionStep {
  const hasTried = state.status === "lost" && state.attempt > 0;
  return (because === "nothing-to-ask" && state.status === "lost") || hasTried ? to("gone") : illegal(state, 2);
}

function to(status: ConnectionStatus, attempt = 0): ConnectionStep {
  return { state: { status, attempt }, illegal: null };
}

function keep(state: ConnectionState, status: ConnectionStatus): ConnectionStep {
  return state.status === status ? { state, illegal: null } : to(status);
}

function illegal(state: ConnectionState, rule: ConnectionRule): ConnectionStep {
  return { state, illegal: rule };
}
