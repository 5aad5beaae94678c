import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const ADDRESS = /^Unsay playground: (http:\/\/127\.0\.0\.1:\d+)$/gm;

function start(port: number) {
  const env = { ...process.env, PORT: String(port), UNSAY_DATA: mkdtempSync(join(tmpdir(), "unsay-e2e-")) };
  const child = spawn(process.execPath, ["scripts/run.mjs", "start:app"], { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
  const output = { text: "" };
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output.text += String(chunk)));
  const addresses = () => [...output.text.matchAll(ADDRESS)].map(([, url]) => url ?? "");
  return { child, output, addresses };
}

test("npm start prints one address, serves the page there, and a signal to it ends the server", async () => {
  const { child, addresses, output } = start(0);
  await expect.poll(() => addresses().length, { timeout: 20_000, message: output.text }).toBe(1);
  const [url = ""] = addresses();
  expect((await fetch(url)).status).toBe(200);

  child.kill("SIGTERM");
  await once(child, "exit");
  await expect(fetch(url)).rejects.toThrow("fetch failed");
  expect(addresses()).toHaveLength(1);
});
