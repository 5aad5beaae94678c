import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { createPendingMessage, createUserMessage } from "../message/create.js";
import type { Message } from "../message/message.js";
import { changesBetween, MessagePages } from "./message-pages.js";

const question = (id: string): Message => createUserMessage({ id, thread: "t", text: id, startedAt: 0 });
const answer = (id: string, parent: string): Message => createPendingMessage({ id, thread: "t", parent });
const thread = (count: number): readonly Message[] =>
  Array.from({ length: count }, (_, index) => (index % 2 === 0 ? question(`m${index}`) : answer(`m${index}`, `m${index - 1}`)));
const changed = (message: Message): Message => ({ ...message });

describe("the pages of a thread", () => {
  it("hold what an array would, whatever is replaced, added and taken away", () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("replace" as const), at: fc.nat(400) }),
      fc.record({ do: fc.constant("append" as const), at: fc.nat(70) }),
      fc.record({ do: fc.constant("remove" as const), at: fc.nat(400) }),
    );
    fc.assert(
      fc.property(fc.nat(300), fc.array(step, { maxLength: 20 }), (count, steps) => {
        let plain = thread(count);
        let pages = MessagePages.of(plain);
        let made = 0;
        for (const { do: what, at } of steps) {
          const before = pages;
          const old = plain[at % Math.max(1, plain.length)];
          if (what === "append" || old === undefined) {
            const more = Array.from({ length: at % 70 }, () => question(`new${made++}`));
            plain = [...plain, ...more];
            pages = more.reduce((all, message) => all.with(message), pages);
          } else if (what === "replace") {
            const next = changed(old);
            plain = plain.map((message) => (message === old ? next : message));
            pages = pages.with(next);
            expect(changesBetween(before, pages)).toEqual([{ before: old, after: next }]);
          } else {
            plain = plain.filter((message) => message !== old);
            pages = MessagePages.of(plain, pages);
            expect(changesBetween(before, pages)).toEqual([]);
          }
        }
        expect(pages.toArray()).toEqual(plain);
        expect(pages.length).toBe(plain.length);
        expect(plain.every((message, index) => pages.at(index) === message && pages.find(message.id) === message)).toBe(true);
        expect([pages.at(plain.length), pages.at(plain.length + 100), pages.find("nobody")]).toEqual([undefined, undefined, undefined]);
        expect(pages.findLast(({ role }) => role === "user")).toBe(plain.findLast(({ role }) => role === "user"));
      }),
      { numRuns: 60 },
    );
  });

  it("stay the same objects but for the page that changed, so that a delta copies no thread", () => {
    const before = MessagePages.of(thread(1_000));
    const last = before.tail.at(-1) as Message;
    const after = before.with(changed(last));
    expect([after.settled, after.shape]).toEqual([before.settled, before.shape]);
    expect(after.settled).toBe(before.settled);
    expect(after.shape).toBe(before.shape);
    const early = before.with(changed(before.at(70) as Message));
    expect(early.settled.filter((page, index) => page !== before.settled[index])).toHaveLength(1);
    expect(early.tail).toBe(before.tail);
  });

  it("say when the order or a parent is another one, and only then", () => {
    const before = MessagePages.of(thread(200));
    expect(before.with(answer("m199", "m198")).shape).toBe(before.shape);
    expect(before.with(answer("m199", "m0")).shape).not.toBe(before.shape);
    expect(before.with(question("m200")).shape).not.toBe(before.shape);
    expect(MessagePages.of([...before.toArray()], before)).toBe(before);
  });

  it("tell a new message as one that was not there before", () => {
    const before = MessagePages.of(thread(64));
    const added = answer("m64", "m62");
    expect(changesBetween(before, before.with(added))).toEqual([{ before: undefined, after: added }]);
  });
});
