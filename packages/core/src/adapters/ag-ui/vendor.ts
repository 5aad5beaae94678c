import { isObject, objectOf, stringOf, type JsonObject } from "../shared/fields.js";

/** A word that the protocol has no place for and vendors add: at the event, in its `metadata`, or in their part of that. */
export function vendorWord(event: JsonObject, name: string): string | undefined {
  const metadata = objectOf(event["metadata"]);
  const places = [event, metadata, ...Object.values(metadata).filter(isObject)];
  return places.map((place) => stringOf(place[name])).find((word) => word !== undefined);
}
