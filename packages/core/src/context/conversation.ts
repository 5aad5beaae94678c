import type { Message } from "../message/message.js";
import { selectSuperseded } from "../message/selectors.js";
import type { ContextCall, ContextMessage } from "./context-message.js";
import { toContext, toEffectsContext } from "./to-context.js";

export interface UserTurn {
  readonly role: "user";
  readonly text: string;
}

/** An assistant message of a wire: its calls' results follow it directly. Its text may be '', but not without calls. */
export interface AssistantTurn {
  readonly role: "assistant";
  readonly text: string;
  readonly calls: readonly ContextCall[];
}

export type Turn = UserTurn | AssistantTurn;

/** What every encoder writes down: no empty turn, and every call with an id of its own in this conversation. */
export function turnsOf(messages: readonly Message[]): readonly Turn[] {
  const createId = createCallIds();
  return contextsOf(messages).flatMap((context): readonly Turn[] => {
    if (context.role === "user") return [{ role: "user", text: context.text }];
    return assistantTurns(context).map((turn) => ({ ...turn, calls: turn.calls.map((call) => ({ ...call, id: createId(call.id) })) }));
  });
}

/**
 * Of several answers to one message the newest was meant, and of a message that was edited the newest wording. Of the
 * others only what their calls did is told, behind a place for what was asked, since some wires begin with the user.
 */
function contextsOf(messages: readonly Message[]): readonly ContextMessage[] {
  const newest = new Map<string, Message>();
  for (const message of messages) if (message.role === "assistant" && message.parent !== null) newest.set(message.parent, message);
  const superseded = selectSuperseded(messages);
  return messages.flatMap((message): readonly ContextMessage[] => {
    if (superseded.has(message.id)) return withQuestion(message);
    const isOld = message.role === "assistant" && message.parent !== null && newest.get(message.parent) !== message;
    return listed(isOld ? toEffectsContext(message) : toContext(message));
  });
}

function withQuestion(message: Message): readonly ContextMessage[] {
  const effects = message.role === "assistant" ? toEffectsContext(message) : null;
  return effects === null ? [] : [ASKED_ANEW, effects];
}

function listed(context: ContextMessage | null): readonly ContextMessage[] {
  return context === null ? [] : [context];
}

const ASKED = "[What the user asked here, they have asked anew below.]";
const ASKED_ANEW: ContextMessage = { role: "user", text: ASKED, calls: [], steps: [{ text: ASKED, calls: [] }] };

function assistantTurns(context: ContextMessage): readonly AssistantTurn[] {
  const steps = context.steps.map((step): AssistantTurn => ({ role: "assistant", ...step }));
  const noted = context.note === undefined ? steps : withNote(steps, `[${context.note}]`);
  return noted
    .map((turn) => ({ ...turn, text: turn.text.trim() === "" ? "" : turn.text }))
    .filter((turn) => turn.text !== "" || turn.calls.length > 0);
}

function withNote(turns: readonly AssistantTurn[], note: string): readonly AssistantTurn[] {
  const last = turns.at(-1);
  if (last === undefined || last.calls.length > 0) return [...turns, { role: "assistant", text: note, calls: [] }];
  return [...turns.slice(0, -1), { ...last, text: last.text.trim() === "" ? note : `${last.text}\n\n${note}` }];
}

/** The strictest wire takes 40 characters of this alphabet. */
const MAX_ID = 40;

/** Two runs may name their calls alike; a second `call_1` would take the first one's result. */
function createCallIds(): (id: string) => string {
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  return (id) => {
    const base = id.replace(/[^\w-]/g, "_").slice(0, MAX_ID) || "call";
    let unique = base;
    while (taken.has(unique)) unique = withCount(base, counts);
    taken.add(unique);
    return unique;
  };
}

function withCount(base: string, counts: Map<string, number>): string {
  const count = (counts.get(base) ?? 1) + 1;
  counts.set(base, count);
  const suffix = `-${count}`;
  return `${base.slice(0, MAX_ID - suffix.length)}${suffix}`;
}
