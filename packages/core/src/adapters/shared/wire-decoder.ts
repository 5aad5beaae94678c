import { eventTooLarge, type DecodeContext, type SseFrame, type UnsayEvent, type WireDecoder } from "../../protocol/index.js";
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
  /** For wires whose events may be other JSON than objects; elsewhere such an event is bad. */
  readOther?(value: unknown, eventName: string | undefined): void;
  /** The data line `[DONE]`: the end of the transport, which proves nothing about the answer. */
  readDone(): void;
  /** A whole answer as one JSON document; `false` when it is something else. */
  readDocument?(document: JsonObject): boolean;
}

export function createWireOutput(wire: string, context: DecodeContext): WireOutput {
  const run: RunWriter = new RunWriter(wire, context, {
    effects: () => calls.effects(),
    lastWords: () => calls.lastWords(),
  });
  const calls: CallWriter = new CallWriter(run, context);
  return { run, parts: new PartWriter(run), calls };
}

export function createWireDecoder(wire: string, context: DecodeContext, createReader: (output: WireOutput) => WireReader): WireDecoder {
  const output = createWireOutput(wire, context);
  const { run } = output;
  const reader = createReader(output);
  const body = new BodyReader(run.limits);
  return {
    wire,
    push(bytes) {
      if (!run.isEnded) readBody(body, bytes, run, reader);
      return run.take();
    },
    end: () => run.endOfBody(errorInBody(body.foreignText ?? "")),
    ...(reader.readDocument === undefined ? {} : { readDocument: (document: unknown) => readDocument(document, run, reader) }),
  };
}

function readDocument(document: unknown, run: RunWriter, reader: WireReader): UnsayEvent[] | undefined {
  if (!isObject(document)) return undefined;
  try {
    if (reader.readDocument?.(document) !== true) return undefined;
  } catch (error) {
    if (!(error instanceof BadEvent)) throw error;
    run.markDamaged(error.message);
  }
  return run.take();
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
  if (body.isOverflowed) run.exceed(eventTooLarge(run.limits));
}

const FOREIGN = "Expected an event stream; found lines that no event stream contains, such as a web page or plain JSON.";

function readFrame(frame: SseFrame, run: RunWriter, reader: WireReader): void {
  const data = frame.data.trim();
  if (data === "") return;
  if (data === "[DONE]") return reader.readDone();
  const value = parseJson(data);
  if (value === undefined) return run.breakOffUnlessWhole(`Expected an event in JSON; found ${quote(data)}. Text may be missing.`);
  readValue(value, frame.event, run, reader);
}

/** One event that is JSON already. What cannot be understood of it damages the run, and nothing is thrown. */
export function readValue(value: unknown, eventName: string | undefined, run: RunWriter, reader: WireReader): void {
  try {
    if (isObject(value)) reader.read(value, eventName);
    else if (reader.readOther !== undefined) reader.readOther(value, eventName);
    else throw new BadEvent(`An event must be a JSON object; found ${kindOf(value)}.`);
  } catch (error) {
    if (!(error instanceof BadEvent)) throw error;
    run.markDamaged(error.message);
  }
}

/** The beginning of what was found, for developers. */
function quote(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}

/** `undefined` for what is not JSON: JSON itself has no such value. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
