import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MessagePages, type Message } from "@unsay/core";
import { groupThread, type ThreadGroups } from "@unsay/react/base";
import { finishedThread } from "../testing/long-thread.js";
import { endedMessage, liveMessage } from "../testing/messages.js";

const groupsOf = ({ sections }: ThreadGroups) => sections.flatMap(({ groups }) => groups);
const itemsOf = (groups: ThreadGroups) => groupsOf(groups).flatMap(({ items }) => items);
const NONE = new Map<string, string>();
const group = (messages: readonly Message[], known?: { readonly pages: MessagePages; readonly groups: ThreadGroups }) => {
  const pages = MessagePages.of(messages, known?.pages);
  return { pages, groups: groupThread(pages, NONE, known?.groups) };
};
const replaced = (messages: readonly Message[], index: number): readonly Message[] =>
  messages.map((message, place) => (place === index ? { ...message } : message));

describe("the groups of a thread", () => {
  it("hold what a thread that is grouped anew would, whatever came before", () => {
    const again = (question: number): Message => ({ ...liveMessage("streaming", "flowing", { parent: `m${question}` }) });
    const step = fc.oneof(
      fc.record({ do: fc.constant("replace" as const), at: fc.nat(300) }),
      fc.record({ do: fc.constant("regenerate" as const), at: fc.nat(300) }),
      fc.record({ do: fc.constant("prepend" as const), at: fc.nat(50) }),
      fc.record({ do: fc.constant("remove" as const), at: fc.nat(300) }),
    );
    fc.assert(
      fc.property(fc.nat(200), fc.array(step, { maxLength: 12 }), (count, steps) => {
        let messages = finishedThread(count);
        let known = group(messages);
        let made = 0;
        for (const { do: what, at } of steps) {
          const place = at % Math.max(1, messages.length);
          if (what === "replace") messages = replaced(messages, place);
          if (what === "regenerate") messages = [...messages, again(1 + 2 * Math.floor(at / 2))];
          if (what === "remove") messages = messages.filter((_, index) => index !== place);
          if (what === "prepend")
            messages = [...Array.from({ length: at }, () => ({ ...endedMessage("complete"), id: `old${made++}` })), ...messages];
          known = group(messages, known);
          expect(itemsOf(known.groups)).toEqual(itemsOf(group(messages).groups));
          expect(itemsOf(known.groups).map(({ position }) => position)).toEqual(itemsOf(known.groups).map((_, index) => index + 1));
          const ids = groupsOf(known.groups).map(({ id }) => id);
          expect(ids).toEqual(ids.toSorted((a, b) => a - b));
          expect(new Set(ids).size).toBe(ids.length);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("stay the same objects but for the one in which a message changed", () => {
    const messages = finishedThread(10_000);
    const before = group(messages);
    const after = group(replaced(messages, 9_999), before);
    expect(groupsOf(after.groups).filter((item, index) => item !== groupsOf(before.groups)[index])).toHaveLength(1);
    expect(after.groups.sections.filter((item, index) => item !== before.groups.sections[index])).toHaveLength(1);
  });

  it("stay the same objects when a question and an answer are added, so that nothing old is drawn again", () => {
    const messages = finishedThread(10_000);
    const before = group(messages);
    const after = group([...messages, ...finishedThread(2).map((message) => ({ ...message, id: `new-${message.id}` }))], before);
    const old = groupsOf(before.groups);
    const changed = groupsOf(after.groups).filter((item) => !old.includes(item));
    expect(changed.length).toBeLessThanOrEqual(2);
  });

  it("do not trade messages when older ones are put in front: each stays in the group it was drawn in", () => {
    const messages = finishedThread(100);
    const before = group(messages);
    const older = Array.from({ length: 37 }, (_, index) => ({ ...endedMessage("complete"), id: `older-${index}` }));
    const after = group([...older, ...messages], before);
    const homes = (groups: ThreadGroups) =>
      new Map(groupsOf(groups).flatMap(({ id, items }) => items.map(({ message }) => [message.id, id])));
    const [then, now] = [homes(before.groups), homes(after.groups)];
    expect(messages.every(({ id }) => then.get(id) === now.get(id))).toBe(true);
  });
});
