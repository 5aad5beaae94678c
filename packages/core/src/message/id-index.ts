interface Identified {
  readonly id: string;
}

/** Shorter lists are searched. */
const MIN_INDEXED = 16;

/**
 * Places by id, one index for a list and all lists that were copied from it and grew. Items are never removed, so an
 * index knows every id; its place may be that of a newer list, of another branch or of before an insertion, and is
 * therefore checked before use.
 */
const indexes = new WeakMap<readonly Identified[], Map<string, number>>();

/** The last place of an id in a list, or -1. Costs the same in a long list as in a short one. */
export function placeOf(list: readonly Identified[], id: string): number {
  if (list.length < MIN_INDEXED) return searchFromEnd(list, id);
  const place = indexOf(list).get(id);
  if (place === undefined) return -1;
  return list[place]?.id === id ? place : searchFromEnd(list, id);
}

function searchFromEnd(list: readonly Identified[], id: string): number {
  let place = list.length - 1;
  while (place >= 0 && list[place]?.id !== id) place -= 1;
  return place;
}

function indexOf(list: readonly Identified[]): Map<string, number> {
  const known = indexes.get(list);
  if (known !== undefined) return known;
  const made = new Map(list.map(({ id }, place) => [id, place]));
  indexes.set(list, made);
  return made;
}

/** The copy goes on where the original was. */
export function inheritIndex(original: readonly Identified[], copy: readonly Identified[]): void {
  const index = indexes.get(original);
  if (index !== undefined) indexes.set(copy, index);
}

/** Appends an item to a list that is its writer's own. */
export function addTo<T extends Identified>(list: T[], item: T): void {
  list.push(item);
  indexes.get(list)?.set(item.id, list.length - 1);
}

/** Puts an item in the middle of a list that is its writer's own. */
export function insertInto<T extends Identified>(list: T[], place: number, item: T): void {
  list.splice(place, 0, item);
  indexes.get(list)?.set(item.id, place);
}
