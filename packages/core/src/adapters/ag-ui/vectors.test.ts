import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { endOf, read } from "../../../test-kit/folding.js";
import { encode, FIXTURES, hasFixtures, sse } from "../../../test-kit/recordings.js";
import { textOf } from "../../message/selectors.js";
import { decodeAgUi } from "./index.js";

describe.runIf(hasFixtures)("AG-UI vectors of other projects", () => {
  const framed = (events: unknown): Uint8Array => encode((events as readonly unknown[]).map(sse).join(""));
  const vector = (name: string): Uint8Array => readFileSync(`${FIXTURES}agui-vectors/${name}`);
  const json = (name: string): unknown => JSON.parse(Buffer.from(vector(name)).toString("utf8"));

  it("reads data over several lines, and chunks", () => {
    expect(endOf(read(decodeAgUi, vector("copilotkit-multiline-data.txt")))).toBe("failed tool-results-missing");
    const message = read(decodeAgUi, vector("copilotkit-single-tool-call.txt"));
    expect([endOf(message), textOf(message)]).toEqual(["complete", "Let me check the weather.It's 62 degrees."]);
  });

  it("reads the scenarios of the Dart SDK", () => {
    for (const [name, events] of Object.entries(json("dart-events.json") as Record<string, unknown>)) {
      if (Array.isArray(events)) expect(["complete", "truncated"], name).toContain(read(decodeAgUi, framed(events)).status);
    }
  });

  it.each([
    ["dotnet-forward-compatibility.json", "failed provider-error"],
    ["dotnet-run-events.json", "failed provider-error"],
    ["dotnet-activity-events.json", "disconnected stream-eof"],
    ["dotnet-tool-call-events.json", "corrupt stream-corrupt"],
  ])("reads %s without a throw", (name, end) => {
    expect(endOf(read(decodeAgUi, framed(json(name))))).toBe(end);
  });
});
