import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import type { ReactElement } from "react";
import { AnswerText } from "../src/message/answer-text.js";
import { HeadingLevelContext } from "../src/message/heading-level.js";
import { preload } from "../src/on-demand/pieces.js";
import { StringsProvider } from "../src/strings/strings.js";

/** The page that `scripts/hostile-markdown.test.ts` fills with what was written to break it. It loads nothing but its own script. */

export interface Inventory {
  readonly tags: readonly string[];
  readonly attributes: readonly string[];
  /** Classes, ids and handlers that are not the kit's own. */
  readonly foreign: readonly string[];
  /** Addresses that stood there for a moment and not at the end. */
  readonly transient: readonly string[];
  /** Texts whose streamed end differs from the text in one piece. */
  readonly unequal: readonly string[];
  readonly addresses: readonly string[];
  readonly commits: number;
  /** Mentions of preloads and sources in what a server would send. */
  readonly preloads: readonly string[];
  readonly controls: number;
}

const tags = new Set<string>();
const attributes = new Set<string>();
const foreign = new Set<string>();
let controls = 0;

function draw(text: string, live: boolean): ReactElement {
  return <AnswerText text={text} marks={[]} live={live} />;
}

/** Runs `work` with a fresh container; the container goes afterwards. */
function inContainer<Result>(work: (paint: (element: ReactElement) => Element) => Result): Result {
  const container = document.createElement("div");
  document.body.append(container);
  const root = createRoot(container);
  const result = work((element) => {
    flushSync(() => root.render(element));
    return container;
  });
  flushSync(() => root.unmount());
  container.remove();
  return result;
}

const ADDRESSES = ["href", "src", "srcset", "action", "formaction", "data", "poster", "background", "xlink:href", "ping", "cite"];

function addressesIn(container: Element): readonly string[] {
  const selector = ADDRESSES.map((name) => `[${name.replace(":", "\\:")}]`).join(",");
  return [...container.querySelectorAll(selector)].flatMap((element) => ADDRESSES.flatMap((name) => element.getAttribute(name) ?? []));
}

function takeInventory(container: Element): void {
  for (const element of container.querySelectorAll("*")) {
    tags.add(element.localName);
    for (const { name, value } of element.attributes) {
      attributes.add(name);
      if (isForeign(name, value)) foreign.add(`${name}=${value.slice(0, 60)}`);
    }
  }
  // oxlint-disable-next-line no-control-regex -- the point is that there are none
  if (/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A\u202B\u202D\u202E]/.test(container.textContent ?? "")) controls += 1;
}

function isForeign(name: string, value: string): boolean {
  if (name === "class") return value.split(" ").some((part) => !part.startsWith("unsay-"));
  return name.startsWith("on") || name === "style" || name === "id" || name === "name";
}

/** Every text whole, streamed in pieces, cut at some places, and from a server. */
function audit(texts: readonly string[], piece: number, maxCommits: number, cutsOf: readonly (readonly number[])[]): Inventory {
  const result = { transient: [] as string[], unequal: [] as string[], addresses: new Set<string>(), preloads: [] as string[], commits: 0 };
  texts.forEach((text, index) => {
    const whole = inContainer((paint) => {
      const container = paint(draw(text, false));
      takeInventory(container);
      return { page: copyOf(container), addresses: new Set(addressesIn(container)) };
    });
    for (const address of whole.addresses) result.addresses.add(address);
    const seen = stream(text, Math.max(piece, Math.ceil(text.length / maxCommits)), whole.page);
    result.commits += seen.commits;
    for (const address of seen.addresses) if (!whole.addresses.has(address)) result.transient.push(`${index}: ${address}`);
    if (!seen.isEqual) result.unequal.push(String(index));
    for (const cut of cutsOf[index] ?? []) {
      for (const address of inventoryOfCut(text.slice(0, cut)))
        if (!whole.addresses.has(address)) result.transient.push(`${index}: ${address}`);
    }
    const html = renderToString(draw(text, false));
    if (/<(?:link|img|script|style|iframe)\b/i.test(html)) result.preloads.push(String(index));
  });
  return {
    ...result,
    tags: [...tags].sort(),
    attributes: [...attributes].sort(),
    foreign: [...foreign],
    addresses: [...result.addresses],
    controls,
  };
}

/** A beginning as it is while more comes, whose addresses are given back; every other one as it is when nothing does. */
function inventoryOfCut(beginning: string): readonly string[] {
  const live = beginning.length % 2 === 0;
  return inContainer((paint) => {
    const container = paint(draw(beginning, live));
    takeInventory(container);
    return live ? addressesIn(container) : [];
  });
}

/** Without regard to how the text is split into nodes. */
function copyOf(container: Element): Node {
  const copy = container.cloneNode(true);
  copy.normalize();
  return copy;
}

function stream(text: string, piece: number, whole: Node): { addresses: ReadonlySet<string>; commits: number; isEqual: boolean } {
  return inContainer((paint) => {
    const addresses = new Set<string>();
    let commits = 0;
    for (let end = piece; end < text.length; end += piece) {
      for (const address of addressesIn(paint(draw(text.slice(0, end), true)))) addresses.add(address);
      commits += 1;
    }
    const container = paint(draw(text, false));
    return { addresses, commits, isEqual: copyOf(container).isEqualNode(whole) };
  });
}

function drawOnce(text: string): void {
  inContainer((paint) => paint(draw(text, false)));
}

/** A text that comes in pieces, each of them painted. */
function growInPieces(text: string, piece: number): void {
  inContainer((paint) => {
    for (let end = piece; end <= text.length; end += piece) paint(draw(text.slice(0, end), true));
  });
}

/** What a text and the HTML expected of it amount to, when attributes of ours and spaces between blocks are left out. */
function conform(
  markdown: string,
  expected: string,
  piece: number,
): { readonly ours: string; readonly streamed: string; readonly theirs: string } {
  const template = document.createElement("template");
  template.innerHTML = expected;
  const whole = inContainer((paint) => canonical(paint(bareText(markdown, false))));
  const streamed = inContainer((paint) => {
    for (let end = piece; end < markdown.length; end += piece) paint(bareText(markdown.slice(0, end), true));
    return canonical(paint(bareText(markdown, false)));
  });
  return { ours: whole, streamed, theirs: canonical(template.content) };
}

function bareText(text: string, live: boolean): ReactElement {
  return (
    <StringsProvider value={{ markdown: { image: (alt) => `⟦image:${alt}⟧`, linkTo: (target) => `⟦to:${target}⟧` } }}>
      <HeadingLevelContext.Provider value={0}>{draw(text, live)}</HeadingLevelContext.Provider>
    </StringsProvider>
  );
}

const BLOCKS = "p|ul|ol|li|blockquote|pre|h[1-6]|hr|table|thead|tbody|tr|th|td";

function canonical(root: ParentNode): string {
  const between = new RegExp(`\\s*(</?(?:${BLOCKS})(?: [^>]*)?>)\\s*`, "g");
  return childrenOf(root)
    .replace(between, "$1")
    .replace(/<br>\s*/g, "<br>")
    .trim()
    .replaceAll("⏎", "\n");
}

function childrenOf(node: Node): string {
  return [...node.childNodes].map(canonicalNode).join("");
}

function canonicalNode(node: Node): string {
  if (node.nodeType === Node.TEXT_NODE) return (node.textContent ?? "").replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return node instanceof Element ? canonicalElement(node) : "";
}

function canonicalElement(element: Element): string {
  const role = element.getAttribute("data-unsay");
  if (role === "answer.code")
    return codeOf(element.querySelector("code")?.textContent ?? "", element.querySelector("pre")?.dataset["language"]);
  if (role === "answer.link") return linkOf(element);
  const inner = childrenOf(element);
  switch (element.localName) {
    case "div":
    case "span":
      return inner;
    case "pre":
      return codeOf(
        (element.textContent ?? "").replace(/\n$/, ""),
        element.querySelector("code")?.className.replace("language-", "") || undefined,
      );
    case "a":
      return `<a href="${absolute(element.getAttribute("href") ?? "")}">${inner}</a>`;
    case "img":
      return `⟦image:${element.getAttribute("alt") ?? ""}⟧`;
    case "input":
      return `<input${element.hasAttribute("checked") ? " checked" : ""}>`;
    case "br":
    case "hr":
      return `<${element.localName}>`;
    default:
      return `<${element.localName}${factsOf(element)}>${inner}</${element.localName}>`;
  }
}

function factsOf(element: Element): string {
  const align = element.getAttribute("align") ?? element.getAttribute("data-align");
  const start = element.getAttribute("start");
  return `${align === null ? "" : ` align=${align}`}${start === null ? "" : ` start=${start}`}`;
}

function codeOf(text: string, language: string | undefined): string {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("\n", "⏎").replaceAll(" ", "\u00A0");
  return `<pre>${language === undefined ? "" : `${language}:`}${escaped}</pre>`;
}

function linkOf(element: Element): string {
  const inner = childrenOf(element);
  const shown = /⟦to:([^⟧]*)⟧$/.exec(inner)?.[1];
  const words = inner.replace(/⟦to:[^⟧]*⟧$/, "");
  return `<a href="${absolute(element.getAttribute("href") ?? shown ?? "")}">${words}</a>`;
}

function absolute(href: string): string {
  const plain = href.replaceAll("&amp;", "&");
  return URL.canParse(plain, "https://base.invalid/") ? new URL(plain, "https://base.invalid/").href : plain;
}

await preload("markdown");

/** What the page can be asked for, as `window.unsayMarkdown`. */
export interface MarkdownPage {
  readonly audit: typeof audit;
  readonly conform: typeof conform;
  readonly drawOnce: typeof drawOnce;
  readonly growInPieces: typeof growInPieces;
}

Object.assign(window, { unsayMarkdown: { audit, conform, drawOnce, growInPieces } satisfies MarkdownPage });
