import { MockLanguageModelV4, simulateReadableStream } from "ai/test";
import { afterEach, describe, expect, it } from "vitest";
import { createTestServer, type TestServer } from "../testing/test-server.js";
import { closeLater, closeServers } from "../testing/tool-bench.js";
import { defineTool, ToolFailure } from "../tool-call/tool.js";
import { createAgUiAgent } from "./ag-ui.js";
import type { Agent } from "./agent.js";
import { createAiSdkAgent } from "./ai-sdk.js";
import { createAnthropicAgent } from "./anthropic.js";
import { createOpenAiAgent } from "./openai.js";

afterEach(closeServers);

/** What a model was asked, as roles and as all its words. */
interface Asked {
  readonly roles: readonly string[];
  readonly words: string;
}

/** One agent for each wire that keeps what it would have sent to its model. */
const AGENTS: Record<string, (asked: Asked[]) => Agent> = {
  "the AI SDK": (asked) =>
    createAiSdkAgent({
      maxRetries: 0,
      model: new MockLanguageModelV4({
        doStream: async ({ prompt }) => {
          asked.push(askedOf(prompt));
          return { stream: simulateReadableStream({ chunks: [] }) };
        },
      }),
    }),
  "Chat Completions": (asked) => createOpenAiAgent({ model: "m", send: keep(asked) }),
  Anthropic: (asked) => createAnthropicAgent({ model: "m", maxTokens: 9, send: keep(asked) }),
  "AG-UI": (asked) => createAgUiAgent({ send: keep(asked) }),
};

const keep = (asked: Asked[]) => async (body: { readonly messages: readonly { readonly role: string }[] }) => {
  asked.push(askedOf(body.messages));
  return new Response("", { status: 500 });
};

const askedOf = (messages: readonly { readonly role: string }[]): Asked => ({
  roles: messages.map(({ role }) => role),
  words: JSON.stringify(messages),
});

function expectInOrder(words: string, ...pieces: readonly string[]): void {
  const places = pieces.map((piece) => words.indexOf(piece));
  expect(places).not.toContain(-1);
  expect(places.toSorted((one, other) => one - other)).toEqual(places);
}

/** The first answer is written by hand, by `first`; what comes later is asked of the model. */
async function open(wire: string, first: Agent): Promise<{ server: TestServer; asked: Asked[] }> {
  const asked: Asked[] = [];
  const later = AGENTS[wire]?.(asked) ?? first;
  let runs = 0;
  const server = await createTestServer({
    agent: (run) => ((runs += 1) === 1 ? first(run) : later(run)),
    tools: {
      send_email: defineTool({ effect: "write", execute: () => ({ accepted: 250 }), receipt: () => ({ summary: "E-mail sent to Ana" }) }),
      order: defineTool({
        effect: "write",
        execute: () => {
          throw new ToolFailure("The connection broke.");
        },
      }),
      look: defineTool({ effect: "read", execute: () => "twelve desks" }),
    },
  });
  closeLater(server);
  return { server, asked };
}

const sendMail: Agent = async (run) => {
  run.text("FIRST-WORDS");
  await run.callTool("look", { at: "DESKS" });
  await run.callTool("send_email", { to: "ana@north.example" });
  await run.callTool("order", { item: "desk" });
  run.text("LAST-WORDS");
  run.end({ cause: "length" });
};

const ask = { id: "u-1", text: "Write to Ana" };

describe.each(Object.keys(AGENTS))("r10-regen: %s, asked for an answer in place of another", (wire) => {
  it.each<[string, Record<string, unknown>]>([
    ["made anew", { mode: "regenerate", parent: "u-1", message: undefined }],
    ["to other words", { mode: "regenerate", parent: "u-1", message: { id: "u-2", text: "Write to Bo", edits: "u-1" } }],
  ])("%s, is told what that one did or may have done, that it stands, and none of its words", async (_name, command) => {
    const { server, asked } = await open(wire, sendMail);
    await (await server.start({ message: ask })).all();
    await (await server.start(command)).all();
    const { roles, words } = asked[0] ?? { roles: [], words: "" };
    expectInOrder(words, "send_email", "ana@north.example", "accepted", "outcome unknown", "do not do it a second time", "Write to");
    expect(words).toContain("E-mail sent to Ana (succeeded)");
    expect(words).not.toMatch(/FIRST-WORDS|LAST-WORDS|DESKS|cut off/);
    expect(words.match(/Write to/g)).toHaveLength(1);
    expect([roles[0], roles.at(-1)]).toEqual(["user", "user"]);
  });

  it("and anew once more, is told of both", async () => {
    const { server, asked } = await open(wire, sendMail);
    await (await server.start({ message: ask })).all();
    await (await server.start({ mode: "regenerate", parent: "u-1", message: undefined })).all();
    await (await server.start({ mode: "regenerate", parent: "u-1", message: { id: "u-2", text: "Write to Bo", edits: "u-1" } })).all();
    expect(asked[1]?.words).toContain("ana@north.example");
  });

  it("to go on, is told its words, its calls and where it was cut, in their order", async () => {
    const { server, asked } = await open(wire, sendMail);
    await (await server.start({ message: ask, answer: "a-1" })).all();
    await (await server.start({ mode: "continue", answer: "a-1", message: undefined })).all();
    const words = asked[0]?.words ?? "";
    expectInOrder(
      words,
      "Write to Ana",
      "FIRST-WORDS",
      "DESKS",
      "ana@north",
      "accepted",
      "outcome unknown",
      "LAST-WORDS",
      "cut off",
      "Go on",
    );
    expectInOrder(words, "DESKS", "twelve desks", "LAST-WORDS");
    expect(asked[0]?.roles.at(-1)).toBe("user");
  });
});

describe("an answer that goes on", () => {
  it("does not do again what an earlier version of it had done", async () => {
    const mails: unknown[] = [];
    const server = closeLater(
      await createTestServer({
        tools: { send_email: defineTool({ effect: "write", execute: (args) => ({ id: mails.push(args) }) }) },
        agent: async (run) => {
          if (run.mode !== "regenerate") await run.callTool("send_email", { to: "ana" });
          run.text("So far.");
          run.end({ cause: "length" });
        },
      }),
    );
    await (await server.start({ message: ask })).all();
    await (await server.start({ mode: "regenerate", parent: "u-1", answer: "a-2", message: undefined })).all();
    await (await server.start({ mode: "continue", answer: "a-2", message: undefined })).all();
    expect(mails).toHaveLength(1);
  });
});
