import type { DecodeContext, SseFrame, WireDecoder } from "../../protocol/index.js";
import { BodyReader } from "./body-reader.js";
import { CallWriter } from "./call-writer.js";
import { BadEvent, isObject, kindOf, type JsonObject } from "./fields.js";
import { PartWriter } from "./part-writer.js";
import { errorInBody } from "./provider-error.js";
import { RunWriter } from "./run-writer.js";

/** Where a wire's reader writes what it understood. */
export interface WireOutput {
  readonly run: RunWriter;
  readonly parts: PartWriter;
  readonly calls: CallWriter;
}

/** The part of a decoder that knows one wire. It may throw `BadEvent`, and nothing else. */
export interface WireReader {
  read(value: JsonObject, eventName: string | undefined): void;
  /** The data line `[DONE]`: the end of the transport, which proves nothing about the answer. */
  readDone(): void;
}

export function createWireDecoder(wire: string, context: DecodeContext, createReader: (output: WireOutput) => WireReader): WireDecoder {
  const run: RunWriter = new RunWriter(wire, context, {
    effects: () => calls.effects(),
    lastWords: () => calls.lastWords(),
  });
  const calls: CallWriter = new CallWriter(run, context);
  const reader = createReader({ run, parts: new PartWriter(run), calls });
  const body = new BodyReader();
  return {
    wire,
    push(bytes) {
      if (!run.isEnded) readBody(body, bytes, run, reader);
      return run.take();
    },
    end: () => run.endOfBody(errorInBody(body.foreignText ?? "")),
  };
}

function readBody(body: BodyReader, bytes: Uint8Array, run: RunWriter, reader: WireReader): void {
  let wasForeign = body.isForeign;
  const notice = (): void => {
    if (body.isForeign && !wasForeign) run.markDamaged(FOREIGN);
    wasForeign = body.isForeign;
  };
  for (const frame of body.read(bytes)) {
    notice();
    if (!run.isEnded) readFrame(frame, run, reader);
    if (run.isEnded) return;
  }
  notice();
  if (body.isOverflowed) run.breakOff("One event is larger than an event may be; reading stopped there.");
}

const FOREIGN = "The body holds lines that no event stream contains, such as a web page or plain JSON.";

function readFrame(frame: SseFrame, run: RunWriter, reader: WireReader): void {
  const data = frame.data.trim();
  if (data === "") return;
  if (data === "[DONE]") return reader.readDone();
  const value = parseJson(data);
  if (value === undefined) return run.breakOff("An event is not valid JSON, so text may be missing; reading stopped there.");
  try {
    if (!isObject(value)) throw new BadEvent(`An event must be a JSON object; found ${kindOf(value)}.`);
    reader.read(value, frame.event);
  } catch (error) {
    if (!(error instanceof BadEvent)) throw error;
    run.markDamaged(error.message);
  }
}

/** `undefined` for what is not JSON: JSON itself has no such value. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
