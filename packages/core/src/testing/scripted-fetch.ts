import { encodeEvent, encodeSse, UnsayError, type RunCommand, type StartCommand } from "../protocol/index.js";
import type { EventStream } from "../transport/transport.js";
import { bodyOf, requestOf, signalOf, type TestFetch } from "./byte-stream.js";
import type { Script } from "./script.js";
import { createScriptedTransport, type ScriptedTransport, type ScriptedTransportOptions } from "./scripted-transport.js";

/** A backend in a function, and what it was asked. */
export interface ScriptedFetch {
  readonly fetch: TestFetch;
  /** The backend behind it: `sent` holds every command, `connections` counts the streams. */
  readonly backend: ScriptedTransport;
}

/**
 * Plays scripts as bytes of Unsay's own wire, with the routes of `@unsay/server` and no network. Give its `fetch` to
 * `createUnsayTransport({ url, fetch })`, and the app's own transport, framing and adapter are under test.
 */
export function createScriptedFetch(
  choose: Script | ((command: StartCommand) => Script),
  options: ScriptedTransportOptions = {},
): ScriptedFetch {
  const backend = createScriptedTransport(choose, { stored: true, ...options });
  return {
    backend,
    async fetch(input, init) {
      try {
        return await answer(backend, input, init);
      } catch (error) {
        if (error instanceof UnsayError) return Response.json(error.toJSON(), { status: error.retryable ? 503 : 400 });
        throw error;
      }
    },
  };
}

async function answer(backend: ScriptedTransport, input: string | URL | Request, init: RequestInit | undefined): Promise<Response> {
  const { path } = requestOf(input, init);
  const signal = signalOf(input, init);
  const [, kind = "", id = "", what = ""] = /\/(threads|runs)\/([^/]+)\/(\w+)$/u.exec(path) ?? [];
  switch (`${kind}/${what}`) {
    case "threads/runs":
      return streamed(await backend.start(await bodyIn<StartCommand>(input, init), { signal }));
    case "runs/events":
      return resumed(backend, decodeURIComponent(id), input, signal);
    case "threads/active": {
      const active = (await backend.active?.(decodeURIComponent(id), { signal })) ?? null;
      return active === null ? new Response(null, { status: 204 }) : Response.json(active);
    }
    case "threads/messages":
      return Response.json({ messages: (await backend.history?.(decodeURIComponent(id), { signal })) ?? [] });
    case "threads/commands":
    case "runs/commands": {
      const command = await bodyIn<RunCommand>(input, init);
      await backend.command?.(command);
      return Response.json({ command: command.id }, { status: 202 });
    }
    default:
      return Response.json({ code: "not-found", message: `A scripted fetch has no route ${path}.`, retryable: false }, { status: 404 });
  }
}

async function resumed(backend: ScriptedTransport, run: string, input: string | URL | Request, signal: AbortSignal): Promise<Response> {
  const url = typeof input === "object" && "url" in input ? input.url : String(input);
  const after = Number(/[?&]after=(\d+)/u.exec(url)?.[1] ?? 0);
  const result = (await backend.resume?.({ thread: "", run, message: "", after }, { signal })) ?? { type: "none" };
  return result.type === "stream" ? streamed(result.stream) : new Response(null, { status: 204 });
}

function streamed(stream: EventStream): Response {
  const headers = { "content-type": "text/event-stream", ...(stream.run === undefined ? {} : { "x-unsay-run": stream.run }) };
  return new Response(bodyOf(encoded(stream)), { headers });
}

async function* encoded(stream: EventStream): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const batch of stream) yield encoder.encode(batch.map((event) => encodeSse({ data: encodeEvent(event) })).join(""));
}

/** Commands come from the transport under test, which has built them of the very type. */
async function bodyIn<Command>(input: string | URL | Request, init: RequestInit | undefined): Promise<Command> {
  const request = typeof input === "object" && "url" in input ? input : new Response(init?.body);
  return (await request.json()) as Command;
}
