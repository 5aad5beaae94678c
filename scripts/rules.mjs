// Which test holds which rule of the interface. Numbers are those of the visual and interaction specification.
//   node scripts/rules.mjs     writes packages/ui/RULES.md
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
export const RULES_FILE = join(ROOT, "packages/ui/RULES.md");

const TEST_FILES = ["packages/*/src/**/*.{test,stories}.{ts,tsx}", "apps/*/{e2e,server,src}/**/*.{test,spec}.ts", "scripts/*.test.ts"];

/** The 105 statements, in a few words each. */
const STATEMENTS = `complete follows only an explicit normal end
reload restores status, cause, revisions, uses and receipts
absence of text changes liveness alone
the dashed rule spans the whole answer until its end
settle governs guards only
a truncated answer shows rule, mark and “Not complete”
a length end after a full stop is marked too
an end inside a block closes it; the mark stands outside
no text at all is said
Continue appends after a seam in the same answer
a waiting guard keeps focus and shows its reason
copying an unfinished answer leaves drafts out and adds a note
native copy alters no clipboard and is recorded
each use stores the revision it saw
used text that changes is told within 100 ms, once
Insert, Apply and Run unlock on the end alone
Run is bound to the hash of its block
the user's message and the pending row paint within 100 ms
no spinner; words at 1 s, seconds at 4 s, actions at 10 s
first text replaces the pending line without a shift
pacing reveals whole words, evenly and soon
at most 20 commits a second; only the last block renders
pacing drains at the end, and at once where it must
gaps steady and hollow the caret, then offer actions
a running tool is no stall, nor is an open approval
repeated sentences set looping
a resumed stream has one seam and loses nothing
Stop is there from send to end
Stop freezes and answers within 100 ms
Stop removes nothing
five seconds without reply are said, and Stop re-arms
text after Stop is offered, not painted
Stop cancels every open approval
calls not started are cancelled; running ones report or are unknown
a late report updates its receipt in place
“stopped” is never said of an unknown outcome
the ledger appears if and only if a tool had started
two presses send one stop
focus stays, or goes from Stop to the first action
Reconnect is offered only when resumable
the composer takes input always
the submit label names what Enter will do, in the same frame
redirect keeps the partial and quotes it
Undo redirect within 10 s returns the text
the other follow-up applies once
with an approval open the mode is held
free text is never a decision
the queue pauses, says why, and is resumed by the user alone
Enter during composition only composes
Esc stops only as the key table says
a revision replaces in place; the earlier wording stays
a replaced span in view stays struck 1.2 s, then folds
revisions within 5 s share one notice
a revision of a revision keeps one chain
ins and del read right without CSS
self-talk is not answer text
drafts are hidden by default
drafts are absent from copy, search, speech and headings
rejected drafts change at most the last block
a draft turns provisional on commit or when stable
a retraction shows fixed words of a fixed size
expunge removes text everywhere in one frame
a withheld answer keeps its receipts
no actions while a gate is forming
the title comes from arguments by app code
argument text is escaped, clamped and stripped
reversibility in words from tier 2 on
buttons repeat the verb
unknown tools are tier 3; hints never lower below 2
a gate takes no focus and scrolls nothing
the dialog opens only in a focused, quiet document
Approve ignores input until it is armed
fast clicks restart the guard
key repeat never activates; both strokes come after arming
trusted input is required
Reject is never guarded
no default focus on a button; order in the dialog
Enter in a gate's text field never approves
tier 3 waits until its preview was read
hold commits and cancels by its rules
the decision carries the hash of what was shown
a decision is sent once
editing recomputes the tier
Reject is sent as rejection
Reject and redirect quotes the call
a remembered approval leaves a receipt
expired gates are read-only from the first paint
Extend or Ask again before expiry
a gate decided elsewhere becomes a receipt in place
off-screen gates are counted and returned to
focus goes to the receipt only from inside the gate
one receipt per call, never deleted
succeeded only on a success report
Undo is never claimed early
tokens cause no announcement
announcements keep their gap, once each, after typing
every message is an article whose heading has its state
contrast of text and control boundaries
forced colours and greyscale tell any two statuses apart
targets are large enough
no sideways scroll at 320 px or 200 % text
nothing animates under reduced motion
RTL mirrors what it should and nothing else
an unlayered one-class rule overrides ours
without script the page still tells the truth`.split("\n");

/** Rows of the tables of behaviour: what the title of a test about one says after the prefix. */
const ROWS = {
  keys: {
    "Enter sends": /\bEnter sends\b/u,
    "Enter while running: the default follow-up": /Enter.*(redirect|follow-up)/iu,
    "Mod+Enter: the other, once": /Ctrl\+Enter|Mod\+Enter/u,
    "Mod+Shift+Enter steers": /Shift\+Enter (adds|steers)/u,
    "Shift+Enter is a line": /^Shift\+Enter is a line/u,
    "Esc stops": /Esc(ape)?\b.*\bstop/iu,
    "Esc closes only what is open above": /Esc(ape)?\b.*\b(closes?|only|keeps|cancels?)\b/iu,
    "↑ edits the last queued message": /arrow up/iu,
    "F6 goes round": /F6/u,
    "Alt+↓ and Alt+↑ go by message": /\bAlt\b/u,
    "End and Cmd+↓ jump to latest": /\bEnd\b/u,
    "Space or Enter held": /\bheld\b|\bhold/iu,
  },
  tiers: {
    "0 only looks": /\b0\b/u,
    "1 can be undone inside": /\b1\b|0 and 1|0 to 4/u,
    "2 leaves the system": /\b2\b|0 to 4/u,
    "3 destroys": /\b3\b|0 to 4/u,
    "4 money, production, access": /\b4\b/u,
  },
  announcements: {
    "answer starts": /start|answering/iu,
    "pending 10 s": /ten seconds|still working|pending/iu,
    stalled: /stall|paused/iu,
    complete: /complete/iu,
    "truncated, not by the user": /truncat|cut/iu,
    stop: /\bstop/iu,
    "StopLedger with succeeded or unknown": /already happened|ledger|unknown/iu,
    "late receipt": /late/iu,
    "approval, tier 2": /approval|request|gate/iu,
    "approval, tier 3–4": /approval|tier 3|assertive/iu,
    "approval expiring": /expir/iu,
    "connection state": /connect/iu,
    "revision, unused text": /revis|correct/iu,
    "revision of used text": /used|copied/iu,
    retraction: /retract|withdraw/iu,
    "tokens, caret, time, scroll: never": /never|token/iu,
  },
  timing: {
    "pressed, 100 ms": /100 ms|press/iu,
    "pending 1, 4, 10 s": /pending|1 s, 4 s|4 s/iu,
    "gaps 1, 2.5, 10 s": /gap|stall|silen/iu,
    "stop unconfirmed 5 s": /5 s|unconfirmed|no reply/iu,
    "guards 500 ms, 3 s": /500 ms|guard|arm/iu,
    "typing hold 2 s": /typ(ing|ed)|keystroke/iu,
    "announcements 1 s apart": /announce|apart|1 s/iu,
    "hold 1200 ms": /hold|1,?200/iu,
    "undo window 10 s": /10 s|undo|way back/iu,
    "pacing lag and drain": /lag|drain|behind/iu,
    "commits 20 Hz, 8 words/s": /20|commit|words/iu,
    "revision hold and grouping": /struck|1\.2 s|group|5 s/iu,
    "seen after 10 s": /seen|tint|10 s/iu,
    "draft stable after 3": /draft|3 /iu,
  },
};

/** Rows that a statement says as well: a test of that statement is a test of the row. */
const SAME_AS = {
  "Space or Enter held": 80,
  "0 only looks": 69,
  "1 can be undone inside": 69,
  "2 leaves the system": 72,
  "3 destroys": 79,
  "pressed, 100 ms": 29,
  "pending 1, 4, 10 s": 19,
  "gaps 1, 2.5, 10 s": 24,
  "stop unconfirmed 5 s": 31,
  "guards 500 ms, 3 s": 72,
  "typing hold 2 s": 71,
  "announcements 1 s apart": 96,
  "hold 1200 ms": 80,
  "pacing lag and drain": 23,
  "commits 20 Hz, 8 words/s": 22,
  "revision hold and grouping": 53,
  "draft stable after 3": 60,
};

const SCROLL = [
  "a new message near the top, under a peek",
  "follow within 8 px; any upward scroll releases it",
  "follow returns only at the edge or when asked",
  "selection, focus, find, peek and hold suspend follow",
  "ends, approvals, revisions and receipts never scroll",
  "insertions above keep the reader's line",
  "a selection survives 100 commits",
  "the dock never covers the focus",
];

/** Every rule with the tests that name it. */
export function collectRules() {
  const titles = readTitles();
  const statements = STATEMENTS.map((subject, index) => ({
    id: `${index + 1}`,
    subject,
    files: filesWhere(titles, ({ text }) => statementsIn(text).has(index + 1)),
  }));
  const rows = Object.entries(ROWS).flatMap(([table, patterns]) =>
    Object.entries(patterns).map(([subject, pattern]) => ({
      id: table,
      subject,
      files: filesWhere(
        titles,
        ({ text }) => restAfter(table, text).some((rest) => pattern.test(rest)) || statementsIn(text).has(SAME_AS[subject]),
      ),
    })),
  );
  const scroll = SCROLL.map((subject, index) => ({
    id: `S${index + 1}`,
    subject,
    files: filesWhere(titles, ({ text }) => /scroll\b/u.test(text) && new RegExp(`\\bS${index + 1}\\b`, "u").test(text)),
  }));
  return [...statements, ...rows, ...scroll];
}

/** Quoted strings of test files. A title may go over several lines only in a template. */
function readTitles() {
  // The test of this table names numbers that it does not hold.
  const files = globSync(TEST_FILES, { cwd: ROOT }).filter((file) => file !== "scripts/rules.test.ts");
  return files.sort().flatMap((file) => {
    const code = readFileSync(join(ROOT, file), "utf8")
      .replace(/\/\*[\s\S]*?\*\//gu, "")
      .replace(/^\s*\/\/.*$/gmu, "");
    return [...code.matchAll(/"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/gu)].map(([, plain, template]) => ({
      file,
      text: plain ?? template ?? "",
    }));
  });
}

/** "statements 41, 42 and 46", "statement:98", "statements 70–76". */
export function statementsIn(text) {
  const found = new Set();
  for (const [, list] of text.matchAll(/\bstatements?[ :](\d+(?:(?:, ?| and |, and |–| to )\d+)*)/gu)) {
    for (const piece of list.split(/, and |, ?| and /u)) {
      const [from, to = from] = piece.split(/–| to /u).map(Number);
      for (let number = from; number <= to; number += 1) found.add(number);
    }
  }
  return found;
}

/** "keys: …", "statement 45 and keys: …". */
function restAfter(table, text) {
  const at = text.search(new RegExp(`\\b${table}\\b[^:]{0,20}:`, "u"));
  return at === -1 ? [] : [text.slice(text.indexOf(":", at) + 1).trim()];
}

function filesWhere(titles, matches) {
  return [...new Set(titles.filter(matches).map(({ file }) => file))];
}

export function renderRules(rules) {
  const row = ({ id, subject, files }) => `| ${id} | ${subject} | ${files.map((file) => `\`${file}\``).join("<br>") || "**none**"} |`;
  return `# Rules and their tests

Written by \`node scripts/rules.mjs\` from the titles of the tests; \`scripts/rules.test.ts\` fails where a rule has none, or
where this table is not what the titles say. A title holds statement 72 when it says "statement 72", and a row of a table
when it begins with the table's name: "keys: F6 goes round".

| rule | about | tests |
| --- | --- | --- |
${rules.map(row).join("\n")}
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rules = collectRules();
  writeFileSync(RULES_FILE, renderRules(rules));
  const missing = rules.filter(({ files }) => files.length === 0);
  console.log(`${rules.length - missing.length} of ${rules.length} rules have a test.`);
  for (const { id, subject } of missing) console.log(`  ${id}: ${subject}`);
}
