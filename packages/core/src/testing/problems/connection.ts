import { callTool, complete, disconnect, pause, runTool, say, truncate } from "../moments.js";
import { createScript } from "../create-script.js";
import { burst, cutAfter, cutAtByte, htmlErrorPage, offline } from "../faults.js";
import { everything, fromConnection, onConnection } from "../fault.js";
import type { Problem } from "./problem.js";

/** What networks and the machines between do to an answer. */

const READING_MS = 70;

export const resumedAfterBreaks: Problem = {
  id: "r1",
  title: "The line breaks twice",
  whatOthersShow: "A lost connection or a reload loses the task: the text freezes, or starts again from the top.",
  whatYouSee: "“Reconnecting”, and then the same answer goes on. No word is missing and none comes twice.",
  scripts: [
    createScript(
      [
        say("The move to the new office runs over two days. On Friday the racks are switched off at six, and the movers carry ", {
          everyMs: READING_MS,
        }),
        disconnect(),
        pause(900),
        say("them out before the building closes. On Saturday the network comes up first, then storage, ", { everyMs: READING_MS }),
        disconnect(),
        pause(900),
        say("then everything else. By Sunday noon both floors can work.", { everyMs: READING_MS }),
        complete(),
      ],
      { id: "r1", title: "The line breaks twice", prompt: "How does the office move go, step by step?" },
    ),
  ],
  ends: [{ status: "complete" }],
};

export const bufferedByProxy: Problem = {
  id: "r3",
  title: "A proxy keeps the stream back",
  whatOthersShow: "A blank page for as long as the answer takes, and nobody knows that a proxy sits on it.",
  whatYouSee:
    "The wait is said and counted. When everything arrives in one piece, the kit tells developers that something on the way buffers.",
  scripts: [
    createScript(
      [
        say(
          "Your invoice of 12 May was paid on 15 May by direct debit. The amount was 48 euros. It covers the plan for three seats from 12 May to 11 June, and the receipt was sent to the billing address.",
          { everyMs: 160 },
        ),
        complete(),
      ],
      { id: "r3", title: "A proxy keeps the stream back", prompt: "Was our May invoice paid?" },
    ),
  ],
  faults: [burst()],
  beside: "notices",
  ends: [{ status: "complete" }],
};

export const errorPageInStream: Problem = {
  id: "r9",
  title: "An error page where the answer was",
  whatOthersShow: "The gateway’s HTML in the middle of the answer, or a frozen half sentence.",
  whatYouSee: "Neither the half event nor the gateway’s page is ever shown. The answer is picked up where it stopped.",
  scripts: [
    createScript(
      [
        say(
          "Für die Reise nach Zürich: der Zug um 8:02 Uhr ist der günstigste. Er hält in München, fährt dann durch bis Zürich HB und ist um 15:27 Uhr dort. Die Rückfahrt am Freitag kostet 39 €.",
          { everyMs: 130 },
        ),
        complete(),
      ],
      { id: "r9", title: "An error page where the answer was", prompt: "Welcher Zug nach Zürich ist der günstigste?" },
    ),
  ],
  faults: [cutAtByte(2_600), onConnection(2, htmlErrorPage(524))],
  reconnect: { baseMs: 1_200, maxMs: 2_400 },
  ends: [{ status: "complete" }],
};

export const lostReply: Problem = {
  id: "r10",
  title: "The booking whose reply got lost",
  whatOthersShow: "The request times out, the client sends it again, and the table is booked twice.",
  whatYouSee: "The same request under the same key: the server finds the run that it has already begun. One run, one booking.",
  scripts: [
    createScript(
      [
        say("I book the table by the window. ", { everyMs: READING_MS }),
        callTool(
          "book_table",
          { restaurant: "Osteria Mare", people: 4, at: "19:30" },
          { effect: "write", title: "Book a table", target: "Osteria Mare" },
        ),
        runTool({ takesMs: 2_500, receipt: "table for 4 booked at 19:30", output: { booking: "OM-2217" } }),
        say("Done: four people at 19:30, booking OM-2217. They keep the table for 15 minutes.", { everyMs: READING_MS }),
        complete(),
      ],
      { id: "r10", title: "The booking whose reply got lost", prompt: "Book a table for four at Osteria Mare, half past seven." },
    ),
  ],
  faults: [cutAfter(0, { how: "reset" })],
  beside: "requests",
  ends: [{ status: "complete" }],
};

export const cutBeforeTheEnd: Problem = {
  id: "r19",
  title: "Whole sentences, and still not the whole answer",
  whatOthersShow: "The connection dies after a full stop. The text is kept as a finished answer, and somebody acts on it.",
  whatYouSee:
    "The rule beside the text, the mark under it and the status line say it: “Not complete: connection lost”. Only the server’s word completes an answer.",
  scripts: [
    createScript(
      [
        say("Yes, the contract can be ended at any time. Write to the landlord, give three months’ notice, and keep a copy. ", {
          everyMs: 90,
        }),
        say("The exception is the first year, in which it cannot be ended at all.", { everyMs: 90 }),
        complete(),
      ],
      { id: "r19", title: "Whole sentences, and still not the whole answer", prompt: "Can I end the rental contract now?" },
    ),
  ],
  faults: [cutAfter(23), fromConnection(2, offline()), everything(fromConnection(3, offline()))],
  reconnect: { tries: 3, baseMs: 1_000, maxMs: 1_500 },
  ends: [{ status: "truncated", cause: "disconnected" }],
};

const stuck = {
  code: "provider-timeout",
  message: "The model sent nothing for 30 s. Ask again.",
  retryable: true,
  userMessage: "the model stopped answering",
};

export const okThenFailed: Problem = {
  id: "r28",
  title: "HTTP said 200 three times",
  whatOthersShow: "All three requests count as successes, because their status line came before their outcome.",
  whatYouSee: "Each answer is counted by how it ended: two bad, one good. The dashboards of an app get the same.",
  scripts: [
    createScript(
      [
        say("Revenue in the second quarter rose by 4 percent, mostly because of ", { everyMs: READING_MS }),
        pause(600),
        truncate("failed", stuck),
      ],
      {
        id: "r28-timeout",
        title: "The model times out",
        prompt: "How was the second quarter?",
      },
    ),
    createScript(
      [say("Costs fell by 2 percent. The largest part of it is the new ", { everyMs: READING_MS }), pause(300), truncate("length")],
      {
        id: "r28-length",
        title: "The limit is reached",
        prompt: "And the costs?",
      },
    ),
    createScript([say("Margin rose from 31 to 34 percent.", { everyMs: READING_MS }), complete()], {
      id: "r28-good",
      title: "All is well",
      prompt: "And the margin?",
    }),
  ],
  acts: [
    { at: 3_600, verb: "send", text: "And the costs?" },
    { at: 6_400, verb: "send", text: "And the margin?" },
  ],
  beside: "outcomes",
  ends: [{ status: "truncated", cause: "failed" }, { status: "truncated", cause: "length" }, { status: "complete" }],
};
