import { createStructuredStream, type StructuredPath, type StructuredStream } from "@unsay/core";
import { act, cleanup, render, renderHook, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, describe, expect, it } from "vitest";
import { useField } from "./use-field.js";

afterEach(cleanup);

interface FieldProps {
  readonly stream: StructuredStream;
  readonly path: StructuredPath;
  readonly onRender?: () => void;
}

function Field({ stream, path, onRender }: FieldProps): ReactNode {
  const { value, isClosed } = useField(stream, path);
  onRender?.();
  return <output data-closed={isClosed}>{JSON.stringify(value)}</output>;
}

describe("useField", () => {
  it("does not render the title again while the body grows", () => {
    const stream = createStructuredStream();
    const renders = { title: 0, body: 0 };
    render(
      <>
        <Field stream={stream} path={["title"]} onRender={() => (renders.title += 1)} />
        <Field stream={stream} path={["body"]} onRender={() => (renders.body += 1)} />
      </>,
    );
    act(() => stream.push('{"title":"T","body":"'));
    const before = { ...renders };
    for (const word of ["one ", "two ", "three"]) act(() => stream.push(word));
    expect(renders).toEqual({ title: before.title, body: before.body + 3 });
    expect(screen.getByText('"one two three"').dataset["closed"]).toBe("false");
    expect(screen.getByText('"T"').dataset["closed"]).toBe("true");
  });

  it("says when its value has closed, and keeps what was cut open", () => {
    const stream = createStructuredStream();
    const { result } = renderHook(() => useField(stream, ["count"]));
    expect(result.current).toEqual({ value: undefined, isClosed: false });
    act(() => stream.push('{"count":10'));
    expect(result.current).toEqual({ value: undefined, isClosed: false });
    act(() => stream.push("0,"));
    expect(result.current).toEqual({ value: 100, isClosed: true });
    act(() => stream.push('"note":"cu'));
    act(() => stream.end());
    const note = renderHook(() => useField(stream, ["note"]));
    expect(note.result.current).toEqual({ value: "cu", isClosed: false });
  });

  it("follows its path and its stream when they change", () => {
    const [first, second] = ['{"a":"1","b":"2"}', '{"b":"3"}'].map((text) => {
      const stream = createStructuredStream();
      stream.push(text);
      return stream;
    }) as [StructuredStream, StructuredStream];
    const { result, rerender } = renderHook(({ stream, path }: FieldProps) => useField(stream, path), {
      initialProps: { stream: first, path: ["a"] },
    });
    expect(result.current.value).toBe("1");
    rerender({ stream: first, path: ["b"] });
    expect(result.current.value).toBe("2");
    rerender({ stream: second, path: ["b"] });
    expect(result.current.value).toBe("3");
  });
});
