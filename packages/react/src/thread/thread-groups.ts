import { changesBetween, type Message, type MessagePages } from "@unsay/core/base";
import { selectVersions, type VersionedMessage } from "../message/versions.js";

/** So many stand together: what is out of view is laid out a group at a time, and a change is looked for in one group. */
const GROUP_LENGTH = 32;
const SECTION_LENGTH = 32;

/** One place of a thread. */
export interface ThreadItem extends VersionedMessage {
  /** From 1, among the places of the thread. */
  readonly position: number;
  /** From 1, among the places of the same side. */
  readonly number: number;
}

/** Neighbours in a thread. A group stays the same object while none of them changes. */
export interface ThreadGroup {
  /** Ascending in thread order, and a group's own for good: older messages that are put in front get lower ones. */
  readonly id: number;
  readonly items: readonly ThreadItem[];
}

/** Groups in a row, so that a list of all of them need not be walked for a change in one. */
export interface ThreadSection {
  readonly id: number;
  readonly groups: readonly ThreadGroup[];
}

export interface ThreadGroups {
  /** Oldest first, each the same object while none of its groups changes. */
  readonly sections: readonly ThreadSection[];
  /** How many places there are. */
  readonly total: number;
}

/** What the next state of the same thread is told from. */
interface Grouped extends ThreadGroups {
  readonly pages: MessagePages;
  readonly chosen: ChosenVersions;
  /** Place of what was the first message when the thread was first seen. Groups are counted from there. */
  readonly origin: number;
}

/** Question to answer, by their ids. */
export type ChosenVersions = ReadonlyMap<string, string>;

/** Cuts a thread into groups. Where only messages changed, the cost is that of their groups, however long the thread is. */
export function groupThread(pages: MessagePages, chosen: ChosenVersions, known: ThreadGroups | null = null): ThreadGroups {
  const before = known as Grouped | null;
  if (before === null || before.pages.shape !== pages.shape || before.chosen !== chosen) return regroup(pages, chosen, before);
  const changed = new Set(changesBetween(before.pages, pages).map(({ after }) => after.id));
  if (changed.size === 0) return before;
  const sections = fromEnd(before.sections, changed, (section) => {
    const groups = fromEnd(section.groups, changed, (group) => refresh(group, changed, pages));
    return groups === section.groups ? section : { ...section, groups };
  });
  const next: Grouped = { ...before, pages, sections };
  return next;
}

/** Nearly all changes are at the end: nothing above the last of them is looked at. */
function fromEnd<T>(list: readonly T[], left: ReadonlySet<string>, change: (item: T) => T): readonly T[] {
  let next = list;
  for (let place = list.length - 1; place >= 0 && left.size > 0; place -= 1) {
    const item = list[place] as T;
    const changed = change(item);
    if (changed !== item) next = next.with(place, changed);
  }
  return next;
}

/** What it finds it takes out of `changed`. */
function refresh(group: ThreadGroup, changed: Set<string>, pages: MessagePages): ThreadGroup {
  const has = ({ message, versions }: ThreadItem): boolean =>
    versions === null ? changed.has(message.id) : versions.all.some(({ id }) => changed.has(id));
  if (!group.items.some(has)) return group;
  const items = group.items.map((item) => (has(item) ? newest(item, pages) : item));
  for (const { message, versions } of items) for (const { id } of versions?.all ?? [message]) changed.delete(id);
  return { ...group, items };
}

function newest(item: ThreadItem, pages: MessagePages): ThreadItem {
  const now = <T extends Message>(message: T): T => (pages.find(message.id) ?? message) as T;
  const versions = item.versions === null ? null : { ...item.versions, all: item.versions.all.map(now) };
  return { ...item, message: versions?.all[versions.index] ?? now(item.message), versions };
}

function regroup(pages: MessagePages, chosen: ChosenVersions, known: Grouped | null): Grouped {
  const items = numbered(selectVersions(pages.toArray(), chosen));
  const origin = originIn(items, known);
  const old = new Map(known?.sections.flatMap(({ groups }) => groups).map((group) => [group.id, group]));
  const groups = cut(items, origin).map((group) => keep(group, old.get(group.id)));
  return { pages, chosen, origin, sections: sectionsOf(groups, known), total: items.length };
}

function sectionsOf(groups: readonly ThreadGroup[], known: Grouped | null): readonly ThreadSection[] {
  const bySection = new Map<number, ThreadGroup[]>();
  for (const group of groups) {
    const id = Math.floor(group.id / SECTION_LENGTH);
    const own = bySection.get(id);
    if (own === undefined) bySection.set(id, [group]);
    else own.push(group);
  }
  return Array.from(bySection, ([id, own]) => {
    const old = known?.sections.find((section) => section.id === id);
    return old?.groups.length === own.length && old.groups.every((group, index) => group === own[index]) ? old : { id, groups: own };
  });
}

function numbered(versioned: readonly VersionedMessage[]): readonly ThreadItem[] {
  const counts = { user: 0, assistant: 0 };
  return versioned.map(({ message, versions }, index) => ({
    message,
    versions,
    position: index + 1,
    number: (counts[message.role] += 1),
  }));
}

/** Messages put in front must not push others from group to group, or all would be drawn anew. */
function originIn(items: readonly ThreadItem[], known: Grouped | null): number {
  const first = known?.sections[0]?.groups[0]?.items[0];
  if (known === null || first === undefined) return 0;
  const now = items.findIndex(({ message }) => message.id === first.message.id);
  return now === -1 ? 0 : known.origin + now;
}

function cut(items: readonly ThreadItem[], origin: number): readonly ThreadGroup[] {
  const offset = origin % GROUP_LENGTH;
  const count = Math.ceil((items.length + (offset === 0 ? 0 : GROUP_LENGTH - offset)) / GROUP_LENGTH);
  const first = Math.floor(-origin / GROUP_LENGTH);
  const startOf = (index: number): number => (offset === 0 ? index * GROUP_LENGTH : Math.max(0, offset + (index - 1) * GROUP_LENGTH));
  return Array.from({ length: count }, (_, index) => ({ id: first + index, items: items.slice(startOf(index), startOf(index + 1)) }));
}

function keep(group: ThreadGroup, old: ThreadGroup | undefined): ThreadGroup {
  const isSame = old?.items.length === group.items.length && old.items.every((item, index) => isSameItem(item, group.items[index]));
  return isSame ? old : group;
}

function isSameItem(item: ThreadItem, other: ThreadItem | undefined): boolean {
  if (item.message !== other?.message || item.position !== other.position || item.number !== other.number) return false;
  if (item.versions === null || other.versions === null) return item.versions === other.versions;
  const { all, index } = other.versions;
  return (
    item.versions.index === index &&
    item.versions.all.length === all.length &&
    item.versions.all.every((message, at) => message === all[at])
  );
}
