// @vitest-environment node
import { createSession, createUserMessage, type Transport } from "@unsay/core";
import { describe, expect, it } from "vitest";
import { sessionOf } from "./session-registry.js";

const transport: Transport = { wire: "none", start: () => Promise.reject(new Error("Nothing is asked on a server.")) };
const secret = createUserMessage({ id: "u", thread: "t", text: "Ana's words", delivery: "sent" });

describe("a thread on a server, whose modules serve the requests of everybody", () => {
  it("shows what it was given for this request, and nothing that it was given for another", () => {
    const forAna = sessionOf({ id: "t", transport, initialMessages: [secret] }, createSession);
    const forEve = sessionOf({ id: "t", transport }, createSession);
    expect(forAna.store.getState().messages).toEqual([secret]);
    expect(forEve.store.getState().messages).toEqual([]);
  });
});
