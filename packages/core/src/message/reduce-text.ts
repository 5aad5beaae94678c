import type { EventOf } from "../protocol/index.js";
import type { Draft } from "./draft.js";
import { placeOf } from "./id-index.js";
import type { Part, Span, TextPart } from "./message.js";
import { noteUnsupported, supportSpan } from "./reduce-support.js";

/** Events about parts and spans. Each changes the draft or reports why it may not. */

export function openPart(draft: Draft, event: EventOf<"part.open">): void {
  if (draft.findPart(event.part) !== undefined) {
    draft.report(16, event, `The part ${event.part} was opened before. Give a continuation an id of its own, with \`continues\`.`);
    return;
  }
  draft.addPart(createPart(event));
}

function createPart(event: EventOf<"part.open">): Part {
  const { kind } = event;
  if (kind === "source" || kind === "file" || kind === "data") {
    return { type: "value", id: event.part, kind, status: "open", value: event.value };
  }
  return {
    type: "text",
    id: event.part,
    kind,
    status: "open",
    ...(event.step === undefined ? {} : { step: event.step }),
    ...(event.continues === undefined ? {} : { continues: event.continues }),
    ...(event.language === undefined ? {} : { language: event.language }),
    spans: [],
  };
}

export function closePart(draft: Draft, event: EventOf<"part.close">): void {
  const part = draft.findPart(event.part);
  if (part === undefined || part.type === "call") {
    draft.report(16, event, `The part ${event.part} was closed but never opened.`);
    return;
  }
  if (part.status === "open") draft.replacePart({ ...part, status: "closed" });
}

const CLOSED_FOR_TEXT: ReadonlySet<Span["state"]> = new Set(["settled", "verified", "replaced", "retracted", "dropped"]);

export function isClosedForText({ state }: Span): boolean {
  return CLOSED_FOR_TEXT.has(state);
}

export function appendText(draft: Draft, event: EventOf<"span.append">): void {
  const part = draft.findTextPart(event.part);
  if (part === undefined || part.status !== "open") {
    const what = part === undefined ? "was never opened" : `is ${part.status}`;
    draft.reportDamage(16, event, `Text came for the part ${event.part}, which ${what}; it is not shown.`);
    return;
  }
  const place = placeOf(part.spans, event.span);
  const span = part.spans[place];
  if (span === undefined) addSpan(draft, part, createSpan(draft, event));
  else if (isClosedForText(span)) {
    draft.reportDamage(16, event, `Text came for the span ${event.span}, which is ${span.state}; it is not shown.`);
  } else draft.writableSpans(part)[place] = { ...span, text: span.text + event.text };
}

/** It may rest on a call that is known to have failed by now. */
function addSpan(draft: Draft, part: TextPart, created: Span): void {
  const span = supportSpan(draft, created);
  draft.addSpan(part, span);
  if (span.state === "unsupported") noteUnsupported(draft);
}

function createSpan(draft: Draft, event: EventOf<"span.append">): Span {
  return {
    id: event.span,
    text: event.text,
    state: permittedState(draft, event),
    ...(event.dependsOn === undefined ? {} : { dependsOn: event.dependsOn }),
  };
}

function permittedState(draft: Draft, event: EventOf<"span.append">): Span["state"] {
  const state = event.state ?? "provisional";
  if (state !== "verified" || draft.fields.run?.caps.verifier === true) return state;
  draft.report(13, event, "Text came as verified from a server that declared no verifier; it counts as provisional.");
  return "provisional";
}

/** Writes every named span; returns false, having reported, when one was never appended. */
function eachSpan(
  draft: Draft,
  event: EventOf<"span.settle" | "span.drop" | "span.revise" | "span.retract">,
  ids: readonly string[],
  change: (span: Span, part: TextPart) => Span,
): boolean {
  const missing = ids.filter((id) => !hasSpan(draft, id));
  if (missing.length > 0) {
    draft.reportDamage(5, event, `${event.type} names ${missing.join(", ")}, which never appeared here.`);
    return false;
  }
  for (const id of new Set(ids)) for (const part of draft.homesOf(id)) changeSpan(draft, part, id, change);
  return true;
}

function changeSpan(draft: Draft, part: TextPart, id: string, change: (span: Span, part: TextPart) => Span): void {
  const spans = draft.writableSpans(part);
  const place = placeOf(spans, id);
  const span = spans[place];
  if (span !== undefined) spans[place] = change(span, part);
}

function hasSpan(draft: Draft, id: string): boolean {
  return draft.homesOf(id).length > 0;
}

export function settleSpans(draft: Draft, event: EventOf<"span.settle">): void {
  if (event.to === "verified" && draft.fields.run?.caps.verifier !== true) {
    draft.report(13, event, "span.settle to verified came from a server that declared no verifier.");
    return;
  }
  const open: ReadonlySet<Span["state"]> = new Set(["speculative", "provisional", "unsupported"]);
  eachSpan(draft, event, event.spans, (span) => (open.has(span.state) ? { ...span, state: event.to, by: event.by } : span));
}

export function dropSpans(draft: Draft, event: EventOf<"span.drop">): void {
  eachSpan(draft, event, event.spans, (span) => {
    if (span.state === "speculative") return { ...span, state: "dropped", text: "" };
    draft.report(14, event, `The span ${span.id} is ${span.state}: shown text may be revised or retracted, never dropped.`);
    return span;
  });
}

/** A guess of this client about the model's wording is a note, not a correction: it changes no span. */
export function reviseSpans(draft: Draft, event: EventOf<"span.revise">): void {
  if (event.inferred === true) return;
  if (hasSpan(draft, event.replacement.span)) {
    draft.reportDamage(16, event, `The replacement ${event.replacement.span} has the id of a span that is already here.`);
    return;
  }
  const revision = draft.fields.revisions + 1;
  const mark = { reason: event.reason, by: event.by };
  const last = event.spans.at(-1);
  const replaced = eachSpan(draft, event, event.spans, (span) =>
    isFinal(span) ? span : { ...span, ...mark, state: "replaced", replacedBy: event.replacement.span },
  );
  if (!replaced || last === undefined) return;
  insertAfter(draft, last, {
    id: event.replacement.span,
    text: event.replacement.text,
    state: "provisional",
    replaces: event.spans,
    revision,
    ...mark,
  });
  draft.fields.revisions = revision;
}

/** Nothing follows on these; of what was dropped no word is left to correct. */
function isFinal({ state }: Span): boolean {
  return state === "retracted" || state === "dropped";
}

function insertAfter(draft: Draft, id: string, span: Span): void {
  const [part] = draft.homesOf(id);
  if (part !== undefined) draft.insertSpan(part, placeOf(part.spans, id) + 1, span);
}

export function retractSpans(draft: Draft, event: EventOf<"span.retract">): void {
  const ids = event.spans === "all" ? allSpanIds(draft) : withEarlierWording(draft, event.spans, event.expunge);
  const revision = draft.fields.revisions + 1;
  const expunged = event.expunge ? { text: "", expunged: true as const } : {};
  const retracted = eachSpan(draft, event, ids, (span) =>
    span.state === "dropped" ? span : { ...span, state: "retracted", reason: event.reason, revision, ...expunged },
  );
  if (!retracted || ids.length === 0) return;
  withdrawEmptiedParts(draft, ids);
  draft.fields.revisions = revision;
}

function allSpanIds(draft: Draft): readonly string[] {
  return draft.fields.parts.flatMap((part) => (part.type === "text" ? part.spans.map((span) => span.id) : []));
}

/** Expunging a replacement expunges what it replaced too: the words must not remain anywhere. */
function withEarlierWording(draft: Draft, ids: readonly string[], expunge: boolean): readonly string[] {
  if (!expunge) return ids;
  const found = new Set(ids);
  const replacedBy = new Map<string, string[]>();
  for (const part of draft.fields.parts) {
    if (part.type !== "text") continue;
    for (const span of part.spans) {
      if (span.replacedBy !== undefined) replacedBy.set(span.replacedBy, [...(replacedBy.get(span.replacedBy) ?? []), span.id]);
    }
  }
  for (const id of found) for (const earlier of replacedBy.get(id) ?? []) found.add(earlier);
  return [...found];
}

function withdrawEmptiedParts(draft: Draft, ids: readonly string[]): void {
  for (const id of ids) {
    for (const part of draft.homesOf(id)) {
      if (part.status !== "withdrawn" && part.spans.every(isGone)) draft.replacePart({ ...part, status: "withdrawn" });
    }
  }
}

function isGone(span: Span): boolean {
  return span.state === "retracted" || span.state === "dropped" || span.state === "replaced";
}

/** There was text for the reader, and none of it is left. */
export function isAllRetracted(draft: Draft): boolean {
  const spans = draft.fields.parts.flatMap((part) => (part.type === "text" && part.kind !== "reasoning" ? part.spans : []));
  return spans.some((span) => span.state === "retracted") && spans.every(isGone);
}
