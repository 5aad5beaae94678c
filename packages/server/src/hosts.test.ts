import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startCommand } from "./testing/test-server.js";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const DOCS = fileURLToPath(new URL("../../../docs/", import.meta.url));
/** A page for each host, and the server that all of them mount. */
const PAGES = ["server.md", "hosts/node-http.md", "hosts/hono.md", "hosts/express.md", "hosts/next.md"];
const SOURCE = fileURLToPath(new URL("testing/from-source.mjs", import.meta.url));
const CONDITIONS = ["--conditions=@unsay/source", "--disable-warning=ExperimentalWarning", "--import", SOURCE];

const children: ChildProcess[] = [];
/** Inside the package, so that the files find it by its own name as an app finds it. */
let folder = "";

beforeAll(() => {
  mkdirSync(join(PACKAGE, "node_modules"), { recursive: true });
  folder = mkdtempSync(join(PACKAGE, ".hosts-"));
  const text = PAGES.map((page) => readFileSync(join(DOCS, page), "utf8")).join("\n");
  for (const [, file = "", code = ""] of text.matchAll(/```ts file=(\S+)\n([\s\S]*?)```/gu)) writeFileSync(join(folder, file), code);
});
afterAll(async () => {
  for (const child of children) {
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  }
  rmSync(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe("the hosts of docs/hosts", () => {
  it("have code that compiles", async () => {
    const files = ["unsay.ts", "tools.ts", "node-http.ts", "hono.ts", "express.ts", "route.ts"];
    expect(files.filter((file) => !existsSync(join(folder, file)))).toEqual([]);
    const options = { noEmit: true, composite: false, incremental: false, allowImportingTsExtensions: true, isolatedDeclarations: false };
    const config = {
      extends: "../tsconfig.json",
      compilerOptions: { ...options, rootDir: "../../..", types: ["node"] },
      files,
      include: [],
      references: [],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const compiler = join(PACKAGE, "../../node_modules/.bin/tsc");
    const { stdout } = await promisify(execFile)(compiler, ["-p", folder]).catch((error: { stdout: string }) => error);
    expect(stdout).toBe("");
  });

  it.each(["node-http.ts", "hono.ts", "express.ts"])("%s answers, lets a stream be resumed, and lets nobody else read it", async (file) => {
    const port = await freePort();
    const env = { ...process.env, PORT: String(port), UNSAY_FILE: join(folder, `${file}.sqlite`) };
    children.push(spawn(process.execPath, [...CONDITIONS, join(folder, file)], { env, stdio: ["ignore", "ignore", "inherit"] }));
    const url = `http://127.0.0.1:${port}/api`;
    await expect.poll(async () => (await fetch(url).catch(() => null))?.status).toBe(404);
    const body = JSON.stringify(startCommand({ thread: "ana:1" }));
    const headers = { "content-type": "application/json", "x-user": "ana" };
    const started = await fetch(`${url}/threads/ana:1/runs`, { method: "POST", headers, body });
    const whole = await started.text();
    expect(whole).toContain("You said: Hello");
    expect(whole).toContain('"outcome":"complete"');
    const run = started.headers.get("x-unsay-run");
    const rest = await (await fetch(`${url}/runs/${run}/events`, { headers: { "x-user": "ana", "last-event-id": "3" } })).text();
    expect(rest.startsWith("id: 4\n")).toBe(true);
    expect((await fetch(`${url}/runs/${run}/events`, { headers: { "x-user": "eve" } })).status).toBe(404);
  });

  it("route.ts answers as Next.js calls it", async () => {
    const runner = join(folder, "next.mjs");
    const command = JSON.stringify(startCommand({ thread: "ana:1" }));
    writeFileSync(
      runner,
      `import { GET, POST } from "./route.ts";
       const headers = { "content-type": "application/json", "x-user": "ana" };
       const started = await POST(new Request("http://here/api/threads/ana:1/runs", { method: "POST", headers, body: ${JSON.stringify(command)} }));
       console.log(await started.text());
       console.log(await (await GET(new Request("http://here/api/threads/ana:1/messages", { headers }))).text());
       process.exit(0);`,
    );
    const env = { ...process.env, UNSAY_FILE: join(folder, "next.sqlite") };
    const { stdout } = await promisify(execFile)(process.execPath, [...CONDITIONS, runner], { env });
    expect(stdout).toContain('"outcome":"complete"');
    expect(stdout).toContain('"status":"complete"');
  });
});

/** The source files that an entry brings along, by following what they import, types aside. */
function filesOf(entry: string, found = new Map<string, string>()): ReadonlyMap<string, string> {
  if (found.has(entry)) return found;
  const code = readFileSync(entry, "utf8");
  found.set(entry, code);
  for (const [, specifier = ""] of code.matchAll(/^(?:import|export) (?!type )[^;]*?from "([^"]+)";/gmu))
    if (specifier.startsWith(".")) filesOf(join(dirname(entry), specifier.replace(/\.js$/u, ".ts")), found);
  return found;
}

describe("the entry for hosts that are not Node", () => {
  it("brings no module of Node, no package but the core, and no name that only Node has", () => {
    const files = [...filesOf(join(PACKAGE, "src/index.ts"))];
    expect(files.length).toBeGreaterThan(40);
    const foreign = files.flatMap(([, code]) =>
      [...code.matchAll(/^(?:import|export) (?!type )[^;]*?from "([^".][^"]*)";/gmu)].map(([, specifier = ""]) => specifier),
    );
    expect(foreign.filter((specifier) => !specifier.startsWith("@unsay/core"))).toEqual([]);
    const withoutComments = (code: string) => code.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/gu, "");
    const named = files.filter(([, code]) => /\b(?:process|Buffer|setImmediate|require|__dirname)\b[.(]/u.test(withoutComments(code)));
    expect(named.map(([file]) => file)).toEqual([]);
  });
});
