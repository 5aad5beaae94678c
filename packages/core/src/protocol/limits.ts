import type { EventPayload, UnknownEvent, UnsayErrorData } from "./events.js";

/** What one body may hold before it is no longer read. Lengths are UTF-16 units. */
export interface Limits {
  /** One event of the wire: the data of a server-sent event, or one line. */
  readonly eventLength: number;
  /** All text and arguments of one answer. */
  readonly messageLength: number;
  /** The arguments of one tool call; longer ones are refused, and the call with them. */
  readonly argsLength: number;
  /** Levels of JSON in arguments and values. Deeper ones parse, and then crash what stores or shows them. */
  readonly jsonDepth: number;
}

export const DEFAULT_LIMITS: Limits = {
  eventLength: 1024 * 1024,
  messageLength: 4 * 1024 * 1024,
  argsLength: 256 * 1024,
  jsonDepth: 64,
};

export function limitsOf(given: Partial<Limits> | undefined): Limits {
  return given === undefined ? DEFAULT_LIMITS : { ...DEFAULT_LIMITS, ...given };
}

const LIMIT_CODE = "limit-exceeded";

export function eventTooLarge({ eventLength }: Limits): UnsayErrorData {
  return {
    code: LIMIT_CODE,
    message: `One event has more than ${eventLength} characters, so the rest was not read. Send smaller events, or raise \`limits.eventLength\`.`,
    retryable: false,
    userMessage: "The answer contained more at once than can be shown here.",
  };
}

export function messageTooLarge({ messageLength }: Limits): UnsayErrorData {
  return {
    code: LIMIT_CODE,
    message: `The answer has more than ${messageLength} characters, so the rest was not read. Ask for less, or raise \`limits.messageLength\`.`,
    retryable: false,
    userMessage: "The answer became longer than can be shown here.",
  };
}

/** A limit of this client was reached: that is a failure it can name, and no damage of the stream. */
export function isLimit(error: UnsayErrorData): boolean {
  return error.code === LIMIT_CODE;
}

/** What an event adds to the length of its answer. */
export function lengthOf(event: EventPayload | UnknownEvent): number {
  switch (event.type) {
    case "span.append":
      return event.text.length;
    case "tool.args":
      return event.delta.length;
    case "span.revise":
      return event.replacement.text.length;
    default:
      return 0;
  }
}
