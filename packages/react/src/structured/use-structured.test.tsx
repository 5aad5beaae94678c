import type { PartStatus, StandardSchema, StructuredStream, TextPart } from "@unsay/core";
import { act, cleanup, render, renderHook } from "@testing-library/react";
import { memo, StrictMode, type ReactNode } from "react";
import { afterEach, describe, expect, it } from "vitest";
import { useField } from "./use-field.js";
import { useStructured } from "./use-structured.js";

afterEach(cleanup);

const ACTION = { type: "object", properties: { action: { enum: ["Delete", "DeleteIfEmpty"] } }, required: ["action"] } as const;

function partOf(text: string, status: PartStatus = "open", id = "p"): TextPart {
  return { type: "text", id, kind: "structured", status, spans: [{ id: "s", text, state: "provisional" }] };
}

describe("useStructured", () => {
  it("shows what may be shown, says what is open, and is complete when the part is", () => {
    const { result, rerender } = renderHook(({ part }) => useStructured(part, ACTION), {
      initialProps: { part: partOf('{"note":"wo') },
      wrapper: StrictMode,
    });
    expect(result.current).toMatchObject({ value: { note: "wo" }, isComplete: false });
    rerender({ part: partOf('{"note":"word","action":"Delete') });
    expect(result.current.value).toEqual({ note: "word" });
    expect([result.current.stateOf(["note"]), result.current.stateOf(["action"])]).toEqual(["closed", "open"]);
    rerender({ part: partOf('{"note":"word","action":"DeleteIfEmpty"}', "closed") });
    expect(result.current).toMatchObject({ isComplete: true, output: { action: "DeleteIfEmpty" }, error: null });
  });

  it("keeps what was cut open", () => {
    const { result, rerender } = renderHook(({ part }) => useStructured(part), { initialProps: { part: partOf('{"a":[1,"tw') } });
    rerender({ part: partOf('{"a":[1,"tw', "cut") });
    expect(result.current).toMatchObject({ isComplete: false, openPaths: [[], ["a"], ["a", 1]], value: { a: [1, "tw"] } });
    expect(result.current.stateOf(["a", 0])).toBe("closed");
  });

  it("is complete in the first render for a part of a stored answer", () => {
    const part = partOf('{"action":"Delete"}', "closed");
    const seen: unknown[] = [];
    renderHook(() => seen.push(useStructured(part, ACTION).output));
    expect(seen[0]).toEqual({ action: "Delete" });
  });

  it("starts anew with another part, and wakes when a slow validator has answered", async () => {
    const slow: StandardSchema = { "~standard": { version: 1, vendor: "test", validate: async (value) => ({ value }) } };
    const { result, rerender } = renderHook(({ part }) => useStructured(part, slow), { initialProps: { part: partOf("[1]", "closed") } });
    expect(result.current.isComplete).toBe(false);
    await act(async () => {});
    expect(result.current).toMatchObject({ isComplete: true, output: [1] });
    rerender({ part: partOf("[2", "open", "q") });
    expect(result.current).toMatchObject({ isComplete: false, value: [] });
  });

  it("r17-renders: text appended to one path does not render a reader of another", () => {
    const renders = { title: 0, body: 0 };
    const Field = memo(function Field({ stream, name }: { readonly stream: StructuredStream; readonly name: "title" | "body" }): ReactNode {
      const { value } = useField(stream, [name]);
      renders[name] += 1;
      return <p>{String(value)}</p>;
    });
    function Card({ part }: { readonly part: TextPart }): ReactNode {
      const { stream } = useStructured(part);
      return (
        <>
          <Field stream={stream} name="title" />
          <Field stream={stream} name="body" />
        </>
      );
    }
    const { rerender, container } = render(<Card part={partOf('{"title":"T","body":"')} />);
    const before = { ...renders };
    for (const body of ["one", "one two", "one two three"]) rerender(<Card part={partOf(`{"title":"T","body":"${body}`)} />);
    expect(renders).toEqual({ title: before.title, body: before.body + 3 });
    expect(container.textContent).toBe("Tone two three");
  });
});
