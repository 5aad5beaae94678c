import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { bundle } from "lightningcss";
import { build, type Rolldown } from "vite";
import { describe, expect, it } from "vitest";

const UI = fileURLToPath(new URL("../packages/ui/", import.meta.url));

/** What it weighs now; this may only shrink. The goal is 60: what opens on demand (dialogs, editors) is still loaded with the rest. */
const CHAT_KILOBYTES = 157;

function kilobytes(content: string | Uint8Array): number {
  return gzipSync(content, { level: 9 }).length / 1000;
}

/** One file of JavaScript as an app would get it that imports these names, without React. */
async function bundled(source: string): Promise<string> {
  const entry = "virtual:entry";
  const result = await build({
    configFile: false,
    logLevel: "silent",
    root: UI,
    define: { "process.env.NODE_ENV": '"production"' },
    resolve: { conditions: ["@unsay/source", "module", "browser", "production"] },
    plugins: [
      { name: "entry", resolveId: (id) => (id === entry ? `${UI}entry.ts` : null), load: (id) => (id === `${UI}entry.ts` ? source : null) },
    ],
    build: {
      write: false,
      minify: true,
      rolldownOptions: {
        input: entry,
        external: [/^react(-dom)?($|\/)/u, /^@tanstack\/react-query$/u],
        preserveEntrySignatures: "strict",
        checks: { moduleLevelDirective: false },
      },
    },
  });
  const outputs = (Array.isArray(result) ? result : [result]) as Rolldown.RolldownOutput[];
  const [chunk] = outputs.flatMap(({ output }) => output).filter((file) => file.type === "chunk" && file.isEntry);
  return chunk?.type === "chunk" ? chunk.code : "";
}

describe("what an app has to load", () => {
  it("styles.css is at most 12 kB, gzipped", () => {
    const { code } = bundle({ filename: `${UI}src/styles/index.css`, minify: true });
    console.log(`styles.css: ${kilobytes(code).toFixed(1)} kB gzipped`);
    expect(kilobytes(code)).toBeLessThanOrEqual(12);
  });

  it("a drop-in <Chat> does not grow, gzipped, without React and optional plug-ins", async () => {
    const code = await bundled('export { Chat } from "@unsay/ui";');
    console.log(`Chat: ${kilobytes(code).toFixed(1)} kB gzipped`);
    expect(code.length).toBeGreaterThan(10_000);
    expect(kilobytes(code)).toBeLessThanOrEqual(CHAT_KILOBYTES);
  });

  it("no other locale comes with it", async () => {
    const code = await bundled('export { Chat } from "@unsay/ui";');
    expect(code).toContain("Stop answering");
    expect(code).not.toContain("Antwort anhalten");
    expect(code).not.toMatch(/[\u0621-\u064A]{4}/u);
  });
});
