import type { Figures, Place } from "./figures.ts";

/** What Unsay promises of its speed: ratios within one run, so that they hold on any machine. */
export interface Goal {
  readonly bench: string;
  readonly text: string;
  readonly sense: "at most" | "at least" | "below";
  readonly limit: number;
  /** An aim is told and not enforced. */
  readonly isAim?: boolean;
  /** Subjects beside Unsay that must have been measured there. */
  readonly needs: readonly (Place & { readonly peers: readonly string[] })[];
  /** A subject that does less than the job: by it, what the machine itself takes of the limit. */
  readonly floor?: string;
  /** The figure of a subject, ours unless another is named. */
  readonly measure: (figures: Figures, subject?: string) => number;
}

const at = (bench: string, label: string): Place => ({ bench, case: label });
const alone = (place: Place) => [{ ...place, peers: [] }];
const beside = (place: Place, peers: readonly string[]) => [{ ...place, peers }];

const FRAMES = at("b1", "8 deltas a frame");
const COUNTS = at("b1", "DOM work and final text");
const CODE = at("b1", "each delta flushed, one 20 kB code block");
const TOTAL = "total main-thread ms";
const P99 = "p99 ms per frame";
const GROWTH = "last/first decile";
const SCRIPT_GROWTH = "last/first decile, script";
const WITHOUT_REACT = ["streaming-markdown", "marked-innerhtml"];
/** A paragraph a line: no Markdown, no React. */
const TEXT_ALONE = "floor-blocks";
const BEST_WITH_REACT = ["streamdown", "incremark", "memo-blocks", "markstream-react"];

const markdown: readonly Goal[] = [
  {
    bench: "b1",
    text: "main-thread time ÷ Streamdown",
    sense: "at most",
    limit: 0.5,
    needs: beside(FRAMES, ["streamdown", TEXT_ALONE]),
    floor: TEXT_ALONE,
    measure: (figures, subject = "unsay") => figures.of(FRAMES, subject, TOTAL) / figures.of(FRAMES, "streamdown", TOTAL),
  },
  {
    bench: "b1",
    text: "main-thread time ÷ fastest renderer without React",
    sense: "at most",
    limit: 0.85,
    needs: beside(FRAMES, ["streaming-markdown", TEXT_ALONE]),
    floor: TEXT_ALONE,
    measure: (figures, subject = "unsay") => figures.of(FRAMES, subject, TOTAL) / figures.best(FRAMES, TOTAL, WITHOUT_REACT),
  },
  {
    bench: "b1",
    text: "last ÷ first decile",
    sense: "at most",
    limit: 1.3,
    needs: alone(FRAMES),
    measure: (figures) => figures.of(FRAMES, "unsay", GROWTH),
  },
  {
    bench: "b1",
    text: "last ÷ first decile, script alone",
    sense: "at most",
    limit: 1.1,
    needs: alone(FRAMES),
    measure: (figures) => figures.of(FRAMES, "unsay", SCRIPT_GROWTH),
  },
  {
    bench: "b1",
    text: "p99 frame ÷ best React peer",
    sense: "at most",
    limit: 0.5,
    needs: beside(FRAMES, [...BEST_WITH_REACT, TEXT_ALONE]),
    floor: TEXT_ALONE,
    measure: (figures, subject = "unsay") =>
      figures.of(FRAMES, subject, P99) / figures.best(FRAMES, P99, [...BEST_WITH_REACT, "react-markdown", "assistant-ui"]),
  },
  {
    bench: "b1",
    text: "mutations in finished blocks",
    sense: "at most",
    limit: 0,
    needs: alone(COUNTS),
    measure: (figures) => figures.of(COUNTS, "unsay", "mutations in finished blocks"),
  },
  {
    bench: "b1",
    text: "tasks above 50 ms",
    sense: "at most",
    limit: 0,
    needs: alone(FRAMES),
    measure: (figures) => figures.of(FRAMES, "unsay", "tasks > 50 ms"),
  },
  {
    bench: "b1",
    text: "one open 20 kB code block ÷ Streamdown",
    sense: "at most",
    limit: 0.4,
    needs: beside(CODE, ["streamdown"]),
    measure: (figures) => figures.of(CODE, "unsay", TOTAL) / figures.of(CODE, "streamdown", TOTAL),
  },
  {
    bench: "b1",
    text: "one open 20 kB code block, last ÷ first decile",
    sense: "at most",
    limit: 1.5,
    needs: alone(CODE),
    measure: (figures) => figures.of(CODE, "unsay", GROWTH),
  },
];

const SHORT_THREAD = at("b2", "1000 messages");
const LONG_THREAD = at("b2", "10000 messages");
const PER_DELTA = "ms per delta, mean";
const THREAD_PEERS = ["ai-use-chat", "tanstack-use-chat"];

const overBestThread = (text: string, metric: string, limit: number): Goal => ({
  bench: "b2",
  text,
  sense: "at most",
  limit,
  needs: beside(LONG_THREAD, THREAD_PEERS),
  measure: (figures) => figures.of(LONG_THREAD, "unsay", metric) / figures.best(LONG_THREAD, metric),
});

const threads: readonly Goal[] = [
  {
    bench: "b2",
    text: "renders of finished messages, 10,000 messages",
    sense: "at most",
    limit: 0,
    needs: alone(LONG_THREAD),
    measure: (figures) => figures.of(LONG_THREAD, "unsay", "renders of finished rows"),
  },
  {
    bench: "b2",
    text: "cost of a delta, 10,000 ÷ 1,000 messages",
    sense: "at most",
    limit: 1.3,
    needs: [...alone(SHORT_THREAD), ...alone(LONG_THREAD)],
    measure: (figures) => figures.of(LONG_THREAD, "unsay", PER_DELTA) / figures.of(SHORT_THREAD, "unsay", PER_DELTA),
  },
  {
    bench: "b2",
    text: "cost of a delta at 10,000 messages ÷ floor",
    sense: "below",
    limit: 1,
    needs: beside(LONG_THREAD, ["floor"]),
    measure: (figures) => figures.of(LONG_THREAD, "unsay", PER_DELTA) / figures.of(LONG_THREAD, "floor", PER_DELTA),
  },
  overBestThread("mount of 10,000 messages ÷ best peer", "mount ms", 0.3),
  overBestThread("burst of 200 deltas ÷ best peer", "ms for a burst of 200 deltas", 0.2),
  overBestThread("heap at 10,000 messages ÷ best peer", "heap MB at end", 1),
];

const TEXT_10K = at("b3", "text 10k");
const TEXT_100K = at("b3", "text 100k");
const THREAD_0 = at("b3", "1k deltas, thread 0");
const THREAD_10K = at("b3", "1k deltas, thread 10000");
const TOOL_100K = at("b3", "tool args 100 kB");
const PER_1K = "ms per 1k deltas";
const BEST_STORES = ["ai-chat", "assistant-stream", "tanstack-processor"];

const overBestStore = (text: string, place: Place, peers: readonly string[]): Goal => ({
  bench: "b3",
  text,
  sense: "at most",
  limit: 0.3,
  needs: beside(place, peers),
  measure: (figures) => figures.of(place, "unsay", PER_1K) / figures.best(place, PER_1K),
});

const stores: readonly Goal[] = [
  overBestStore("10,000 text deltas ÷ best peer", TEXT_10K, BEST_STORES),
  overBestStore("100,000 text deltas ÷ best peer", TEXT_100K, ["ai-chat", "assistant-stream"]),
  overBestStore("1,000 deltas below 10,000 messages ÷ best peer", THREAD_10K, ["ai-chat"]),
  {
    bench: "b3",
    text: "cost of a delta, 100,000 ÷ 10,000 deltas",
    sense: "at most",
    limit: 1.2,
    needs: [...alone(TEXT_10K), ...alone(TEXT_100K)],
    measure: (figures) => figures.of(TEXT_100K, "unsay", PER_1K) / figures.of(TEXT_10K, "unsay", PER_1K),
  },
  {
    bench: "b3",
    text: "cost of a delta, thread of 10,000 ÷ thread of 0",
    sense: "at most",
    limit: 1.2,
    needs: [...alone(THREAD_0), ...alone(THREAD_10K)],
    measure: (figures) => figures.of(THREAD_10K, "unsay", PER_1K) / figures.of(THREAD_0, "unsay", PER_1K),
  },
  {
    bench: "b3",
    text: "100 kB of tool arguments ÷ AI SDK store",
    sense: "at most",
    limit: 0.05,
    needs: beside(TOOL_100K, ["ai-chat"]),
    measure: (figures) => figures.of(TOOL_100K, "unsay", PER_1K) / figures.of(TOOL_100K, "ai-chat", PER_1K),
  },
];

const JSON_20K = at("b4", "20 kB");
const JSON_1M = at("b4", "1 MB");
const SPEED = "MB/s";
const INCREMENTAL = ["jsonriver", "streamparser-json"];

const overBestReader = (place: Place): Goal => ({
  bench: "b4",
  text: `MB/s at ${place.case} ÷ best peer with a value after each delta`,
  sense: "at least",
  limit: 2,
  needs: beside(place, INCREMENTAL),
  measure: (figures) => figures.of(place, "unsay", SPEED) / figures.best(place, SPEED),
});

const structured: readonly Goal[] = [
  {
    bench: "b4",
    text: "MB/s, 1 MB ÷ 20 kB",
    sense: "at least",
    limit: 0.8,
    needs: [...alone(JSON_20K), ...alone(JSON_1M)],
    measure: (figures) => figures.of(JSON_1M, "unsay", SPEED) / figures.of(JSON_20K, "unsay", SPEED),
  },
  overBestReader(JSON_20K),
  overBestReader(JSON_1M),
  {
    bench: "b4",
    text: "MB/s at 1 MB ÷ a scan of each character",
    sense: "at least",
    limit: 0.5,
    isAim: true,
    needs: beside(JSON_1M, ["floor-scan"]),
    measure: (figures) => figures.of(JSON_1M, "unsay", SPEED) / figures.of(JSON_1M, "floor-scan", SPEED),
  },
];

const EVENTS = at("b5", "100k events, 1-4096 B chunks");
const SCREEN = at("b6", "minimal screen");
const GZIPPED = "initial kB min+gzip";
/** Peers whose screen has Markdown, as ours has. */
const MARKDOWN_SCREENS = ["ai-react-markdown", "ai-streamdown", "assistant-ui", "deep-chat-react"];

const wire: readonly Goal[] = [
  {
    bench: "b5",
    text: "MB/s ÷ the next fastest library that gives events",
    sense: "at least",
    limit: 1,
    needs: beside(EVENTS, ["assistant-stream-sse", "fetch-event-source"]),
    measure: (figures) => figures.of(EVENTS, "unsay", SPEED) / figures.best(EVENTS, SPEED, ["assistant-stream-sse", "fetch-event-source"]),
  },
];

const weight: readonly Goal[] = [
  {
    bench: "b6",
    text: "first load of a minimal chat with Markdown, gates and marks, kB gzip without React",
    sense: "at most",
    limit: 60,
    needs: alone(SCREEN),
    measure: (figures) => figures.of(SCREEN, "unsay-chat", GZIPPED),
  },
  {
    bench: "b6",
    text: "the same ÷ the smallest peer with Markdown",
    sense: "below",
    limit: 1,
    needs: beside(SCREEN, MARKDOWN_SCREENS),
    measure: (figures) => figures.of(SCREEN, "unsay-chat", GZIPPED) / figures.best(SCREEN, GZIPPED, MARKDOWN_SCREENS),
  },
];

const worstInput = (text: string, metric: string, sense: Goal["sense"], limit: number): Goal => ({
  bench: "bad-input",
  text,
  sense,
  limit,
  needs: [],
  measure: (figures) => figures.worst("bad-input", "unsay", metric),
});

const badInput: readonly Goal[] = [
  worstInput("longest task, ms", "longest task ms", "at most", 200),
  worstInput("heap growth, MB", "heap growth MB", "below", 150),
  worstInput("answer to a click, ms", "click ms", "at most", 100),
];

export const GOALS: readonly Goal[] = [...markdown, ...threads, ...stores, ...structured, ...wire, ...weight, ...badInput];

export function isMet({ sense, limit }: Goal, value: number): boolean {
  if (sense === "below") return value < limit;
  return sense === "at most" ? value <= limit : value >= limit;
}

/** The adapters that the goals compare in one case, Unsay's own among them; empty where no goal looks. */
export function subjectsForGoals({ bench, case: label }: Place): readonly string[] {
  const needs = GOALS.flatMap((goal) => goal.needs).filter((need) => need.bench === bench && need.case === label);
  return needs.length === 0 ? [] : [...new Set(["unsay", ...needs.flatMap(({ peers }) => peers)])];
}
