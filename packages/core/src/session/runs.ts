import type { UnsayErrorData } from "../protocol/index.js";
import { markLooping, type AssistantMessage } from "../message/index.js";
import { Decisions } from "./deciding.js";
import { LiveAnswer } from "./live-answer.js";
import { endLocally, type LocalEnd } from "./local-end.js";
import { Requests } from "./requests.js";
import type { SessionContext, SharedContext } from "./session-context.js";
import { SessionWatch } from "./session-watch.js";
import { sendStop } from "./stop-command.js";

/**
 * What a session needs from the moment something runs or is decided: reading and folding a run, watching it, and the
 * commands about it. To show and to write nothing of it is needed, so it is a file of its own for whoever fetches it then.
 */
export class Runs {
  readonly watch: SessionWatch;
  readonly decisions: Decisions;
  readonly requests: Requests;
  readonly #context: SessionContext;

  /** `onHealth` is called when something was measured. */
  constructor(shared: SharedContext, onHealth: () => void) {
    this.watch = new SessionWatch(shared, onHealth);
    this.#context = { ...shared, watch: this.watch };
    this.decisions = new Decisions(this.#context);
    this.requests = new Requests(this.#context);
  }

  read(messageId: string): LiveAnswer {
    return new LiveAnswer(this.#context, messageId);
  }

  /** Where there is no stop command, or no run to stop yet, closing the connection is all that can be done. */
  whyNoStop(live: LiveAnswer | null): UnsayErrorData | null {
    if (live?.isWaitingToStart === true) return NEVER_STARTED;
    return this.#context.transport.command === undefined ? UNCONFIRMED_STOP : null;
  }

  sendStop(message: AssistantMessage, startKey: string | undefined): void {
    sendStop(this.#context, message, startKey);
  }

  endByDisconnect(messageId: string, live: LiveAnswer | null, error: UnsayErrorData): void {
    live?.disconnect();
    live?.connection({ status: "closed", attempt: 0 });
    this.#end(messageId, { cause: "disconnected", error });
  }

  /** Stored as live, and nothing works on them any more. */
  endOrphans(messageIds: readonly string[]): void {
    for (const id of messageIds) this.#end(id, ORPHANED);
  }

  #end(messageId: string, end: LocalEnd): void {
    const { store } = this.#context;
    store.change(messageId, (message) => endLocally(message, end, store.times()));
  }

  dismissLoop(messageId: string): void {
    const { store } = this.#context;
    store.change(messageId, (message) => markLooping(message, false, store.clock.now()));
  }
}

const ORPHANED: LocalEnd = {
  cause: "orphaned",
  error: {
    code: "lease-expired",
    message: "The stored answer is unfinished and nothing works on it any more. Continue it, or ask again.",
    retryable: false,
  },
};

const UNCONFIRMED_STOP: UnsayErrorData = {
  code: "stream-eof",
  message: "This wire has no stop command: the connection was closed, and nobody confirmed that the model stopped.",
  retryable: false,
};

const NEVER_STARTED: UnsayErrorData = {
  code: "rate-limited",
  message: "The server was busy and had not taken the question when it was stopped, so nothing was started. Send it again.",
  retryable: true,
};
