import { Agent, request, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { FLOOD, monotonicMs, type ClientFigures, type LoadOptions } from "./load.js";
import { startCommand } from "./test-server.js";

/** The readers of the load benchmark, in a process of their own. Arguments: the server's address, and `LoadOptions` as JSON. */
const [url = "", json = "{}"] = process.argv.slice(2);
const options = JSON.parse(json) as LoadOptions;
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
const latencies: number[] = [];

/** Starts a run. Resolves when its answer begins. */
function begin(thread: string, text: string): Promise<IncomingMessage> {
  const command = startCommand({ thread, startKey: thread, answer: thread, message: { id: `${thread}-asks`, text } });
  const sent = request(`${url}/threads/${thread}/runs`, { agent, method: "POST", headers: { "content-type": "application/json" } });
  return new Promise((resolve, reject) => {
    sent.once("response", resolve);
    sent.once("error", reject);
    sent.end(JSON.stringify(command));
  });
}

/** One stream, read to its end. Resolves with how many of its tokens came, each once and in order. */
async function read(index: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, (index * options.rampMs) / options.streams));
  const reader = new TokenReader();
  try {
    const response = await begin(`load-${index}`, "Go");
    response.setEncoding("utf8");
    for await (const chunk of response) reader.push(chunk as string);
  } catch (error) {
    console.error(`Stream ${index} was cut: ${String(error)}`);
  }
  return reader.isWhole ? reader.tokens : 0;
}

/** Counts the tokens of one body, and how late each came. */
class TokenReader {
  tokens = 0;
  isWhole = false;
  #rest = "";
  #lastSeq = 0;

  push(chunk: string): void {
    const frames = (this.#rest + chunk).split("\n\n");
    this.#rest = frames.pop() ?? "";
    const now = monotonicMs();
    for (const frame of frames) this.#take(frame, now);
  }

  #take(frame: string, now: number): void {
    const event = JSON.parse(frame.slice(frame.indexOf("data: ") + "data: ".length)) as Record<string, unknown>;
    if (event["seq"] === null) return;
    if (event["seq"] !== this.#lastSeq + 1) throw new Error(`An event is missing after ${this.#lastSeq}.`);
    this.#lastSeq += 1;
    if (event["type"] === "span.append") for (const dueAt of String(event["text"]).trim().split(" ")) this.#count(now - Number(dueAt));
    if (event["type"] === "run.end") this.isWhole = event["outcome"] === "complete";
  }

  #count(lateMs: number): void {
    this.tokens += 1;
    latencies.push(lateMs);
  }
}

/** Asks for a run and reads nothing of it. */
function openDeaf(run: string): void {
  const { port } = new URL(url);
  const socket = connect({ port: Number(port), host: "127.0.0.1" });
  socket.on("error", () => {});
  socket.pause();
  socket.write(`GET /runs/${run}/events HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`);
}

if (options.deafReaders > 0) {
  const flood = await begin("flood", FLOOD);
  flood.destroy();
  for (let index = 0; index < options.deafReaders; index += 1) openDeaf(String(flood.headers["x-unsay-run"]));
}

const counts = await Promise.all(Array.from({ length: options.streams }, (_, index) => read(index)));
const received = counts.reduce((sum, count) => sum + count, 0);
const sorted = Float64Array.from(latencies).sort();
const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
const figures: ClientFigures = {
  lost: options.streams * options.tokens - received,
  whole: counts.filter((count) => count === options.tokens).length,
  p50Ms: at(0.5),
  p99Ms: at(0.99),
  maxMs: at(1),
};
process.send?.(figures, undefined, undefined, () => process.exit(0));
