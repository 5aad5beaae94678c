import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { bundle } from "lightningcss";
import { build, type Rolldown } from "vite";
import { describe, expect, it } from "vitest";
import { en } from "../packages/ui/src/strings/en.ts";
import { answerWords } from "../packages/ui/src/strings/english/answer.ts";
import { composerWords } from "../packages/ui/src/strings/english/composer.ts";
import { requestWords } from "../packages/ui/src/strings/english/request.ts";
import { sourceWords } from "../packages/ui/src/strings/english/source.ts";
import { threadWords } from "../packages/ui/src/strings/english/thread.ts";

const UI = fileURLToPath(new URL("../packages/ui/", import.meta.url));
const ENTRY = `${UI}entry.ts`;

/** Only React is left out: what an app has besides (its query cache) counts where it is loaded. */
const REACT = /^react(-dom)?($|\/)/u;

/**
 * kB, gzipped: minified files of an app that shows `<Chat>`, each file by itself. They may only shrink. The goal of `initial` is 60.
 * What is fetched on demand is counted with all that comes with it and was not there before.
 */
const CHAT = { initial: 46.5, markdown: 53.5, revisions: 11.5, runs: 34, tools: 32, thread: 18.5, writing: 5, everything: 183 } as const;

/** Files of pieces that are fetched on demand. */
const PIECES = {
  markdown: "message/markdown-text.tsx",
  revisions: "message/revision-parts.ts",
  runs: "runs.ts",
  tools: "tool-call/tool-parts.ts",
  thread: "thread/thread-parts.ts",
  writing: "composer/writing-parts.ts",
} as const;

function kilobytes(content: string | Uint8Array): number {
  return gzipSync(content, { level: 9 }).length / 1000;
}

interface Bundle {
  readonly chunks: readonly Rolldown.OutputChunk[];
  /** The entry and all that it imports statically. */
  readonly initial: readonly Rolldown.OutputChunk[];
}

/** Files of JavaScript as an app would get them that imports these names, without React. */
async function bundled(source: string, treeshake = true): Promise<Bundle> {
  const result = await build({
    configFile: false,
    logLevel: "silent",
    root: UI,
    define: { "process.env.NODE_ENV": '"production"' },
    resolve: { conditions: ["@unsay/source", "module", "browser", "production"] },
    // Otherwise the test runner's own mode decides, and every element would carry its place in the source.
    oxc: { jsx: { runtime: "automatic", development: false } },
    plugins: [{ name: "entry", resolveId: (id) => (id === "virtual:entry" ? ENTRY : null), load: (id) => (id === ENTRY ? source : null) }],
    build: {
      write: false,
      minify: true,
      modulePreload: false,
      rolldownOptions: {
        input: "virtual:entry",
        external: REACT,
        // As in an app, whose first file gives later ones what both need; else each of those things would be a file of its own.
        preserveEntrySignatures: "allow-extension",
        checks: { moduleLevelDirective: false },
        treeshake,
      },
    },
  });
  const outputs = (Array.isArray(result) ? result : [result]) as Rolldown.RolldownOutput[];
  const chunks = outputs.flatMap(({ output }) => output).filter((file) => file.type === "chunk");
  const entry = chunks.find(({ isEntry }) => isEntry);
  return { chunks, initial: entry === undefined ? [] : withImports(entry, chunks) };
}

function withImports(first: Rolldown.OutputChunk, chunks: readonly Rolldown.OutputChunk[]): readonly Rolldown.OutputChunk[] {
  const found = new Set([first]);
  for (const { imports } of found) for (const chunk of chunks) if (imports.includes(chunk.fileName)) found.add(chunk);
  return [...found];
}

function weightOf(chunks: readonly Rolldown.OutputChunk[]): number {
  return chunks.reduce((sum, { code }) => sum + kilobytes(code), 0);
}

function codeOf(chunks: readonly Rolldown.OutputChunk[]): string {
  return chunks.map(({ code }) => code).join("\n");
}

function filesOf(chunks: readonly Rolldown.OutputChunk[]): readonly string[] {
  return chunks.flatMap(({ moduleIds }) => moduleIds);
}

/** What the first use of a piece adds to what is there. */
function added({ chunks, initial }: Bundle, file: string): readonly Rolldown.OutputChunk[] {
  const first = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(`/src/${file}`));
  if (first === undefined) throw new Error(`${file} has no file of its own: something imports it statically.`);
  return withImports(first, chunks).filter((chunk) => !initial.includes(chunk));
}

/** Entries of a table of words that are long enough to be found again and hold no values. */
function sentencesIn(table: object): readonly string[] {
  return Object.values(table).flatMap((entry: unknown) => {
    if (typeof entry === "object" && entry !== null) return sentencesIn(entry);
    return typeof entry === "string" && entry.length >= 12 ? [entry] : [];
  });
}

describe("what an app has to load", () => {
  it("styles.css is at most 12 kB, gzipped", () => {
    const { code } = bundle({ filename: `${UI}src/styles/index.css`, minify: true });
    console.log(`styles.css: ${kilobytes(code).toFixed(1)} kB gzipped`);
    expect(kilobytes(code)).toBeLessThanOrEqual(12);
  });

  describe("for a drop-in <Chat>, gzipped, without React and optional plug-ins", async () => {
    const chat = await bundled('export { Chat } from "@unsay/ui";');

    it("at first: the entry and what it imports statically", () => {
      console.log(`Chat, initial: ${weightOf(chat.initial).toFixed(1)} kB gzipped`);
      expect(codeOf(chat.initial).length).toBeGreaterThan(10_000);
      expect(weightOf(chat.initial)).toBeLessThanOrEqual(CHAT.initial);
    });

    it.each(Object.entries(PIECES))("on demand: %s", (name, file) => {
      const weight = weightOf(added(chat, file));
      console.log(`Chat, ${name}: ${weight.toFixed(1)} kB gzipped`);
      expect(weight).toBeLessThanOrEqual(CHAT[name as keyof typeof PIECES]);
    });

    it("in the end: all of its files", () => {
      console.log(`Chat, everything: ${weightOf(chat.chunks).toFixed(1)} kB gzipped in ${chat.chunks.length} files`);
      expect(weightOf(chat.chunks)).toBeLessThanOrEqual(CHAT.everything);
    });

    it("no words at first but those of the first screen: what is fetched on demand brings its own", () => {
      const code = codeOf(chat.initial);
      const shown = [answerWords, composerWords, requestWords, sourceWords, threadWords].flatMap(sentencesIn);
      const later = sentencesIn(en).filter((sentence) => !shown.some((first) => first.includes(sentence)));
      expect(shown.filter((sentence) => code.includes(sentence)).length).toBeGreaterThan(30);
      expect(later.length).toBeGreaterThan(100);
      expect(later.filter((sentence) => code.includes(sentence))).toEqual([]);
    });

    it("no other locale comes with it", () => {
      const code = codeOf(chat.chunks);
      expect(code).toContain("Stop answering");
      expect(code).not.toContain("Antwort anhalten");
      expect(code).not.toMatch(/[\u0621-\u064A]{4}/u);
    });
  });

  it("by the door that names nothing else, even a bundler that looks at names alone (esbuild) loads nothing heavy at first", async () => {
    const { initial } = await bundled('export { Chat, createUnsayTransport } from "@unsay/ui/chat";', false);
    const heavy =
      /markdown-it|highlight\.js|opentelemetry|react-query|query-core|approval-gate|use-approval\.|argument-editor|render-tokens|noble|canonicalize|eventsource-parser|message-pacer|core\/src\/(health|structured|context)\/|session\/(runs|run-reader|live-answer|deciding|requests)\.|message\/reduce/u;
    expect(filesOf(initial).filter((file) => heavy.test(file))).toEqual([]);
  });
});

/** Words and names that stay in minified code, by what brings them along. */
const SENTINELS = {
  session: "could not be read. Load it again.",
  chat: "unsay-chat",
  composer: "unsay-composer",
  gate: "unsay-approval-facts",
  markdown: "th_open",
  marks: "unsay-ref",
  query: "networkMode",
  anthropic: "content_block_delta",
  agUi: "TOOL_CALL_ARGS",
  structured: "unevaluatedProperties",
} as const;

type Sentinel = keyof typeof SENTINELS;

describe("one piece brings along only its own", () => {
  it.each<{ piece: string; source: string; kB: number; has: readonly Sentinel[] }>([
    { piece: "EndMark", source: 'export { EndMark } from "@unsay/ui";', kB: 10, has: [] },
    { piece: "createSession", source: 'export { createSession } from "@unsay/core";', kB: 36, has: ["session"] },
    { piece: "one adapter", source: 'export { decodeAnthropic } from "@unsay/core/anthropic";', kB: 14, has: ["anthropic"] },
    { piece: "useThread", source: 'export { useThread } from "@unsay/react";', kB: 47, has: ["session", "query"] },
  ])("$piece: at most $kB kB, gzipped", async ({ piece, source, kB, has }) => {
    const { chunks, initial } = await bundled(source);
    console.log(`${piece}: ${weightOf(initial).toFixed(1)} kB gzipped`);
    expect(weightOf(chunks)).toBeLessThanOrEqual(kB);
    const code = codeOf(chunks);
    const found = Object.entries(SENTINELS).flatMap(([name, words]) => (code.includes(words) ? [name] : []));
    expect(found.toSorted()).toEqual(has.toSorted());
  });

  it("every sentinel is one: it is found where all is imported", async () => {
    const code = codeOf(
      (
        await bundled(
          'export * from "@unsay/ui"; export * from "@unsay/react"; export * from "@unsay/core/anthropic"; export { decodeAgUi } from "@unsay/core/ag-ui"; export * from "@unsay/core";',
        )
      ).chunks,
    );
    expect(Object.entries(SENTINELS).filter(([, words]) => !code.includes(words))).toEqual([]);
  });
});
