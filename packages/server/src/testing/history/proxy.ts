import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** A stretch of network between two programs that can be cut, or go silent without a word. */
export class Proxy {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #port: number;
  #isCut = false;
  #isSilent = false;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.#port = port;
    server.on("connection", (near) => this.#join(near));
  }

  /** Leads to a port of this machine; 0 where there is nothing yet. */
  static async open(port = 0): Promise<Proxy> {
    const server = createServer({ noDelay: true }).listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Proxy(server, port);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** From here on it leads there; what was open leads nowhere. */
  leadTo(port: number): void {
    this.#port = port;
    this.drop();
  }

  /** Ends all that is open, as a router that restarts does. */
  drop(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy();
  }

  /** Nothing comes through, and nobody gets a connection. */
  cut(): void {
    this.#isCut = true;
    this.drop();
  }

  /** Nothing comes through, and nobody is told. */
  silence(): void {
    this.#isSilent = true;
    for (const pair of this.#pairs) for (const socket of pair) socket.pause();
  }

  /** What is asked arrives, and no answer comes back. */
  silenceAnswers(): void {
    for (const [, far] of this.#pairs) far.pause();
  }

  heal(): void {
    this.#isCut = false;
    this.#isSilent = false;
    for (const pair of this.#pairs) for (const socket of pair) socket.resume();
  }

  async close(): Promise<void> {
    this.#isCut = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.drop();
    await closed;
  }

  #join(near: Socket): void {
    near.on("error", () => {});
    if (this.#isCut || this.#port === 0) return void near.destroy();
    const far = connect({ port: this.#port, host: "127.0.0.1", noDelay: true });
    far.on("error", () => {});
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    for (const [from, to] of [pair, [far, near]] as const) {
      from.on("data", (bytes: Buffer) => to.write(bytes));
      from.once("close", () => {
        this.#pairs.delete(pair);
        to.destroy();
      });
      if (this.#isSilent) from.pause();
    }
  }
}
