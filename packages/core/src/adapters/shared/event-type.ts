import { BadEvent, kindOf, type JsonObject } from "./fields.js";

/**
 * The type of an event. Where the SSE event name says that it is one we know while the data says otherwise, the event
 * is bad: to skip it as news of a later protocol could lose text.
 */
export function typeOf(value: JsonObject, eventName: string | undefined, known: ReadonlySet<string>): string {
  const type = value["type"] === undefined ? eventName : value["type"];
  if (typeof type !== "string") throw new BadEvent(`An event must have a \`type\`; found ${kindOf(type)}.`);
  if (!known.has(type) && eventName !== undefined && known.has(eventName)) {
    throw new BadEvent(`The event ${eventName} carries data of the type "${type.slice(0, 80)}".`);
  }
  return type;
}
