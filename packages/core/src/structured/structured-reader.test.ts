import { describe, expect, it } from "vitest";
import type { PartStatus, Span, TextPart } from "../message/message.js";
import { createStructuredReader, type JsonSchema, type StandardSchema } from "./index.js";

const ORDER: JsonSchema = {
  type: "object",
  properties: { action: { enum: ["Delete", "DeleteIfEmpty"] }, amount: { type: "integer", minimum: 1 }, note: { type: "string" } },
  required: ["action", "amount"],
  additionalProperties: false,
};

function partOf(texts: readonly string[], status: PartStatus = "open"): TextPart {
  const spans = texts.map((text, at): Span => ({ id: `s${at}`, text, state: "provisional" }));
  return { type: "text", id: "p", kind: "structured", status, spans };
}

/** As a library makes it: `validate` says what of the value is wrong. */
function standard<Output>(validate: StandardSchema<Output>["~standard"]["validate"], json?: JsonSchema): StandardSchema<Output> {
  const jsonSchema = json === undefined ? {} : { jsonSchema: { input: () => json } };
  return { "~standard": { version: 1, vendor: "test", validate, ...jsonSchema } };
}

describe("reading the JSON of a part", () => {
  it("follows the part delta by delta, across spans, on one stream", () => {
    const reader = createStructuredReader();
    const first = reader.read(partOf(['{"note":"wo']));
    expect(first).toMatchObject({ value: { note: "wo" }, isComplete: false, output: undefined, error: null, openPaths: [[], ["note"]] });
    const second = reader.read(partOf(['{"note":"words', ' and more"'])).stream;
    expect(second).toBe(first.stream);
    expect(reader.read(partOf(['{"note":"words', ' and more"', "}"], "closed"))).toMatchObject({
      value: { note: "words and more" },
      isComplete: true,
      output: { note: "words and more" },
      openPaths: [],
    });
  });

  it("is complete only when the part is closed, whole as the JSON may be", () => {
    const reader = createStructuredReader();
    expect(reader.read(partOf(["[1]"])).isComplete).toBe(false);
    expect(reader.read(partOf(["[1]"], "closed")).isComplete).toBe(true);
  });

  it("leaves open what was cut, with its paths, and completes nothing", () => {
    const reader = createStructuredReader(ORDER);
    expect(reader.read(partOf(['{"action":"DeleteIfEmpty","amount":10'], "cut"))).toMatchObject({
      value: { action: "DeleteIfEmpty" },
      isComplete: false,
      output: undefined,
      openPaths: [[], ["amount"]],
      error: null,
    });
    expect(createStructuredReader().read(partOf(["100"], "cut"))).toMatchObject({ value: undefined, isComplete: false });
  });

  it("is an error where a closed part is not whole", () => {
    expect(createStructuredReader().read(partOf(['{"a":'], "closed"))).toMatchObject({
      isComplete: false,
      error: { code: "invalid-arguments" },
    });
  });

  it("reads anew when text that was read is corrected, on another stream", () => {
    const reader = createStructuredReader();
    const before = reader.read(partOf(['{"amount":10,']));
    const spans: Span[] = [
      { id: "s0", text: '{"amount":10,', state: "replaced", replacedBy: "s9" },
      { id: "s9", text: '{"amount":11,', state: "provisional", replaces: ["s0"] },
    ];
    const after = reader.read({ ...partOf([]), spans });
    expect(after.value).toEqual({ amount: 11 });
    expect(after.stream).not.toBe(before.stream);
  });

  it("costs nothing for a part that was read before", () => {
    const reader = createStructuredReader();
    const part = partOf(["[1,"]);
    expect(reader.read(part)).toBe(reader.read(part));
  });
});

describe("the schema of a part", () => {
  it("must fit the whole value", () => {
    const wrong = createStructuredReader(ORDER).read(partOf(['{"action":"Drop","amount":0,"x":1}'], "closed"));
    expect(wrong).toMatchObject({ isComplete: false, output: undefined, value: { action: "Drop" } });
    expect(wrong.error?.message).toContain('/action must be one of ["Delete","DeleteIfEmpty"] (and 2 more)');
    expect(createStructuredReader(ORDER).read(partOf(['{"action":"Delete","amount":1}'], "closed"))).toMatchObject({
      isComplete: true,
      output: { action: "Delete", amount: 1 },
    });
  });

  it("may be a Standard Schema, whose output is the output, and whose JSON Schema tells what to withhold", () => {
    const schema = standard<{ readonly sum: number }>((value) => ({ value: { sum: Number((value as { amount: number }).amount) } }), ORDER);
    const reader = createStructuredReader(schema);
    expect(reader.read(partOf(['{"action":"Delete'])).value).toEqual({});
    expect(reader.read(partOf(['{"action":"Delete","note":"wo'])).value).toEqual({ action: "Delete", note: "wo" });
    const { output } = reader.read(partOf(['{"action":"Delete","note":"words","amount":7}'], "closed"));
    const sum: number | undefined = output?.sum;
    expect(sum).toBe(7);
  });

  it("withholds every string where the library can't say which are enums", () => {
    const throwing = standard((value) => ({ value }));
    expect(createStructuredReader(throwing).read(partOf(['{"note":"wo'])).value).toEqual({});
  });

  it("names the place that a library complains of, and survives one that throws", () => {
    const picky = standard(() => ({ issues: [{ message: "is too small", path: ["rows", { key: 1 }] }] }));
    expect(createStructuredReader(picky).read(partOf(["[]"], "closed")).error).toMatchObject({
      field: "/rows/1",
      message: expect.stringContaining("is too small"),
    });
    const broken = standard(() => {
      throw new Error("no");
    });
    expect(createStructuredReader(broken).read(partOf(["[]"], "closed"))).toMatchObject({
      isComplete: false,
      error: { code: "invalid-arguments" },
    });
  });

  it("waits for a validator that takes its time, and tells when it has answered", async () => {
    const reader = createStructuredReader(standard(async (value) => ({ value })));
    let calls = 0;
    reader.subscribe(() => (calls += 1));
    expect(reader.read(partOf(["[]"], "closed")).isComplete).toBe(false);
    await Promise.resolve();
    await Promise.resolve();
    expect([reader.reading().isComplete, calls]).toEqual([true, 2]);
  });
});
