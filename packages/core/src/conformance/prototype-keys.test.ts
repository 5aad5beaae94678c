import { describe, expect, it } from "vitest";
import { ANSWERS, type SmallAnswer } from "../../test-kit/answers.js";
import { IDS, pending } from "../../test-kit/folding.js";
import { encode } from "../../test-kit/recordings.js";
import { toAiSdkMessages, toAnthropicMessages, toContext, toOpenAiInput, toOpenAiMessages } from "../context/index.js";
import type { AssistantMessage, Message } from "../message/message.js";
import { foldEvents } from "../message/reducer.js";
import { shownParts, textOf } from "../message/selectors.js";
import { createStructuredStream } from "../structured/index.js";
import { parseMessages } from "../thread/parse-messages.js";
import { selectThreadError, selectThreadStatus } from "../thread/thread.js";

/**
 * C1: the keys of a prototype at every place of every document, through every adapter, the snapshot, the stored form and
 * what goes back to the model. And C7 for what is stored: any member of another type.
 */
const KEYS = ["__proto__", "constructor", "prototype"];
const VALUES = ['{"polluted":true}', "null", '"x"', '{"toString":1,"valueOf":1,"polluted":{"polluted":1}}', '[{"polluted":true}]', "[]"];
const IDS_OF_PROTOTYPES = ["__proto__", "hasOwnProperty", "toString", "constructor", "valueOf"];
/** JSON can write what an object literal cannot. */
const PLACEHOLDER = "place-of-a-prototype-key";

type Holder = Record<string, unknown>;

/** Every object in a document, as a path of member names. */
function pathsOfObjects(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [];
  const below = Object.entries(value).flatMap(([name, member]) => pathsOfObjects(member, [...path, name]));
  return Array.isArray(value) ? below : [path, ...below];
}

function pathsOfStrings(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value === "string") return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => pathsOfStrings(member, [...path, name]));
}

function at(value: unknown, path: readonly string[]): Holder {
  return path.reduce<unknown>((holder, name) => (holder as Holder)[name], value) as Holder;
}

function withKey(document: unknown, path: readonly string[], key: string, json: string): string {
  const copy: unknown = structuredClone(document);
  at(copy, path)[PLACEHOLDER] = 0;
  return JSON.stringify(copy).replace(`"${PLACEHOLDER}":0`, `${JSON.stringify(key)}:${json}`);
}

function withMember(document: unknown, path: readonly string[], member: unknown): string {
  const copy: unknown = structuredClone(document);
  at(copy, path.slice(0, -1))[path.at(-1) ?? ""] = member;
  return JSON.stringify(copy);
}

const untouched = Object.getOwnPropertyNames(Object.prototype).sort().join();

function expectCleanPrototypes(where: string): void {
  const isClean = Object.getOwnPropertyNames(Object.prototype).sort().join() === untouched && !("polluted" in {});
  if (!isClean) expect.fail(`a prototype was written to: ${where}`);
}

/** Everything that is done with a message beside showing it: snapshot, storage, context of the model. */
function useMessages(messages: readonly Message[]): void {
  structuredClone(messages);
  const stored = parseMessages(JSON.parse(JSON.stringify(messages)), "t");
  for (const message of stored) {
    textOf(message);
    toContext(message);
    if (message.role === "assistant") shownParts(message);
  }
  toAiSdkMessages(stored);
  toAnthropicMessages(stored);
  toOpenAiInput(stored);
  toOpenAiMessages(stored);
  selectThreadStatus(stored);
  selectThreadError(stored);
}

function readEvents(answer: SmallAnswer, events: readonly string[]): Message {
  const frame = (json: string) => (answer.encode === undefined ? `data: ${json}\n\n` : `${json}\n`);
  return readBody(answer, encode(events.map(frame).join("")));
}

/** A server of Unsay's own wire may say what is illegal; that is counted elsewhere, and may throw nowhere. */
function readBody(answer: SmallAnswer, body: Uint8Array): AssistantMessage {
  const decoder = answer.decode(IDS);
  const { message } = foldEvents(pending(), decoder.push(body));
  return foldEvents(message, decoder.end()).message;
}

const count = { documents: 0 };

function tryDocument(answer: SmallAnswer, index: number, json: string): void {
  const events = answer.events.map((event) => JSON.stringify(event)).with(index, json);
  try {
    useMessages([readEvents(answer, events)]);
  } catch (error) {
    expect.fail(`${answer.name}: ${json} threw ${String(error)}`);
  }
  expectCleanPrototypes(`${answer.name}: ${json}`);
  count.documents += 1;
}

describe("documents with the keys of a prototype", () => {
  it.each(ANSWERS.map((answer) => [answer.name, answer] as const))("%s: at every place, in every event", (_name, answer) => {
    for (const [index, event] of answer.events.entries()) {
      for (const path of pathsOfObjects(event)) {
        for (const key of KEYS) for (const json of VALUES) tryDocument(answer, index, withKey(event, path, key, json));
      }
      for (const path of pathsOfStrings(event)) {
        for (const id of IDS_OF_PROTOTYPES) tryDocument(answer, index, withMember(event, path, id));
      }
    }
  });

  it("in arguments that stream, and in structured output", () => {
    for (const key of KEYS) {
      for (const json of VALUES) {
        const stream = createStructuredStream();
        for (const character of `{"a":{${JSON.stringify(key)}:${json},"b":1},${JSON.stringify(key)}:${json}}`) stream.push(character);
        stream.end();
        structuredClone(stream.snapshot());
        expectCleanPrototypes(`structured ${key} ${json}`);
        count.documents += 1;
      }
    }
  });

  it("are ids like any other where they name things", () => {
    const answer = ANSWERS.find(({ name }) => name === "unsay");
    if (answer === undefined) throw new Error("No answer of Unsay's own wire");
    for (const id of IDS_OF_PROTOTYPES) {
      const events = answer.events.map((event) => `data: ${JSON.stringify(event).replaceAll('"c"', JSON.stringify(id))}\n\n`);
      const message = readBody(answer, encode(events.join("")));
      expect([message.status, message.calls.map((call) => call.id)], id).toEqual(["revised", [id]]);
    }
  });
});

describe("a stored message with a member of another type", () => {
  const STORED = ANSWERS.map((answer) =>
    readEvents(
      answer,
      answer.events.map((event) => JSON.stringify(event)),
    ),
  );
  const TYPES: readonly unknown[] = [null, true, 7, "x", [], [null], {}, { toString: 1, valueOf: 1 }];

  it("is read, or shown as unreadable, and nothing throws", () => {
    for (const message of STORED) {
      for (const path of pathsOfMembers(message)) {
        for (const value of [...TYPES, ...IDS_OF_PROTOTYPES]) tryStored(withMember(message, path, value));
      }
      for (const path of pathsOfObjects(message)) {
        for (const key of KEYS) for (const json of VALUES) tryStored(withKey(message, path, key, json));
      }
    }
    console.log(
      `C1: ${count.documents.toLocaleString("en")} documents with prototype keys or members of another type, no throw, no prototype written to`,
    );
    expect(count.documents).toBeGreaterThan(10_000);
  });

  function pathsOfMembers(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([name, member]) => [[...path, name], ...pathsOfMembers(member, [...path, name])]);
  }

  function tryStored(json: string): void {
    try {
      useMessages(parseMessages([JSON.parse(json)], "t"));
    } catch (error) {
      expect.fail(`${json} threw ${String(error)} ${(error as Error).stack}`);
    }
    expectCleanPrototypes(json);
    count.documents += 1;
  }
});
