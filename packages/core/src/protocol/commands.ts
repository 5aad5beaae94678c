/** What a client asks of a server. Each is its own idempotent request; a repeated `command` id changes nothing. */

export type StopIntent = "stop" | "redirect" | "barge-in" | "enough";

/** A file that goes with a user's message. The app has put it where `url` points; its bytes never travel in a command. */
export interface Attachment {
  readonly id: string;
  readonly name: string;
  /** Such as `image/png`. */
  readonly mediaType: string;
  /** In bytes. */
  readonly size?: number;
  readonly url?: string;
}

/** What the user says: words, files, and what the words refer to. */
export interface UserInput {
  readonly id: string;
  /** May be empty where files are there. */
  readonly text: string;
  readonly attachments?: readonly Attachment[];
  /** The words of an answer that these words are about. */
  readonly quote?: string;
  /** The earlier user message that this one stands in for: what came between them is no longer part of the talk. */
  readonly edits?: string;
}

export interface StartCommand {
  readonly command: "start";
  readonly client: string;
  readonly thread: string;
  /** Minted before the request is sent and reused when it is repeated: the same key is the same run. */
  readonly startKey: string;
  /** The id the assistant message will carry; with `continue`, the message that goes on. */
  readonly answer: string;
  readonly mode: "new" | "continue" | "regenerate";
  /** The user's message; absent with `continue`. With `regenerate` only where it `edits` the message in `parent`. */
  readonly message?: UserInput;
  /** The user message being answered (`regenerate`). */
  readonly parent?: string;
  /** The message this one redirects from. */
  readonly redirects?: string;
  /** Free-form hints to the agent, such as the scenario picked in the playground. */
  readonly labels?: Readonly<Record<string, string>>;
}

export interface StopCommand {
  readonly command: "stop";
  readonly id: string;
  readonly client: string;
  readonly thread: string;
  readonly run?: string;
  /** Names the run while its id is not known yet. */
  readonly startKey?: string;
  readonly scope: "run" | "tool";
  readonly call?: string;
  readonly keepPartial?: boolean;
  readonly intent: StopIntent;
  readonly ackSeq: number;
  readonly painted: { readonly span: string; readonly offset: number } | null;
  /** Where a voice read the answer aloud: the end of what it had said. */
  readonly heardUpTo?: { readonly span: string; readonly offset: number } | null;
}

/** Says something to a run that goes on, without stopping it; `steer.outcome` tells what became of it. */
export interface SteerCommand {
  readonly command: "steer";
  readonly id: string;
  readonly client: string;
  readonly thread: string;
  readonly run: string;
  readonly text: string;
}

/** What a standing permission would cover. The server keeps it: nothing that an event or a model says can add or widen one. */
export interface GrantScope {
  readonly argsPattern: string;
  readonly ms: number;
}

export interface DecideItem {
  readonly call: string;
  readonly argsHash: string;
  readonly decision: "approve" | "reject";
  /** The whole of the arguments as a person changed them. */
  readonly edited?: unknown;
  readonly reason?: string;
  readonly scope?: GrantScope;
}

export interface DecideCommand {
  readonly command: "decide";
  readonly id: string;
  readonly client: string;
  readonly thread: string;
  readonly run: string;
  readonly approval: string;
  readonly items: readonly DecideItem[];
}

export interface UndoCommand {
  readonly command: "undo";
  readonly id: string;
  readonly client: string;
  readonly thread: string;
  readonly run: string;
  readonly receipt: string;
}

/** One failed call again, under its `callKey`. */
export interface RetryCommand {
  readonly command: "retry";
  readonly id: string;
  readonly client: string;
  readonly thread: string;
  readonly run: string;
  readonly call: string;
}

/** Everything but `start`, which opens a stream. */
export type RunCommand = StopCommand | SteerCommand | DecideCommand | RetryCommand | UndoCommand;
