import { placeOf } from "./id-index.js";
import type { Part, TextPart } from "./message.js";

/**
 * The parts in which a span stands, one index for a list of parts and all lists that were copied from it and grew. It
 * knows every span, and may know parts of another branch too: whether the span is there is checked before use.
 */
const homes = new WeakMap<readonly Part[], Map<string, string[]>>();

/** The text parts that hold a span of this id. Costs the same in a long answer as in a short one. */
export function homesOf(parts: readonly Part[], span: string): readonly TextPart[] {
  const ids = indexOf(parts).get(span) ?? [];
  return ids.flatMap((id) => {
    const part = parts[placeOf(parts, id)];
    return part?.type === "text" && placeOf(part.spans, span) !== -1 ? [part] : [];
  });
}

function indexOf(parts: readonly Part[]): Map<string, string[]> {
  const known = homes.get(parts);
  if (known !== undefined) return known;
  const made = new Map<string, string[]>();
  homes.set(parts, made);
  for (const part of parts) if (part.type === "text") for (const span of part.spans) note(made, span.id, part.id);
  return made;
}

function note(index: Map<string, string[]>, span: string, part: string): void {
  const known = index.get(span);
  if (known === undefined) index.set(span, [part]);
  else if (!known.includes(part)) known.push(part);
}

export function inheritHomes(original: readonly Part[], copy: readonly Part[]): void {
  const index = homes.get(original);
  if (index !== undefined) homes.set(copy, index);
}

/** A span came into a part. */
export function noteHome(parts: readonly Part[], span: string, part: string): void {
  const index = homes.get(parts);
  if (index !== undefined) note(index, span, part);
}
