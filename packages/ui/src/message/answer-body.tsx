"use client";
import { Fragment, useId, type HTMLAttributes, type ReactElement, type ReactNode } from "react";
import { usePacedAnswer, type PacedAnswer } from "@unsay/react";
import {
  countWords,
  isAnswerPart,
  isLive,
  isRefused,
  selectCall,
  shownParts,
  unresolvedCalls,
  type AssistantMessage,
  type Part,
  type Seam as SeamFacts,
  type Span,
  type TextPart,
  type ValuePart,
} from "@unsay/core";
import { makeVisible } from "../approval/visible-text.js";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { parseSafeUrl, LINK_REL } from "../markdown/links.js";
import { useStrings } from "../strings/strings.js";
import { ToolCall } from "../tool-call/tool-call.js";
import { nameOfCall } from "../tool-call/call-words.js";
import { AnswerText } from "./answer-text.js";
import { HeldText, HoldNotice } from "./held-text.js";
import { selectMarkedText, type SpanFacts } from "./marked-text.js";
import { ReasoningPart } from "./reasoning-part.js";
import { RetractionNotice } from "./retraction-notice.js";
import { Seam } from "./seam.js";

export interface AnswerBodyProps extends HTMLAttributes<HTMLDivElement> {
  readonly message: AssistantMessage;
}

/** The parts of an answer in their order, as far as a reader may see them. Renders a `div`. */
export const AnswerBody: UiComponent<HTMLDivElement, AnswerBodyProps> = withRef("AnswerBody", (props, ref) => {
  const paced = usePacedAnswer(props.message);
  return <PacedBody {...props} ref={ref} paced={paced} />;
});

export interface PacedBodyProps extends AnswerBodyProps {
  readonly paced: PacedAnswer;
}

/** The body of an answer whose painting is in other hands. `message` is what has come, `paced` what is painted of it. */
export const PacedBody: UiComponent<HTMLDivElement, PacedBodyProps> = withRef("PacedBody", (props, ref) => {
  const { message: received, paced, className, children, ...rest } = props;
  const { message } = paced;
  const id = useId();
  const parts = visibleParts(message);
  const growing = growingPart(message, parts);
  const isUnsettled = isLive(received) && parts.length > 0;
  return (
    <>
      {parts.length === 0 ? null : (
        <div
          aria-describedby={isUnsettled ? id : undefined}
          {...rest}
          ref={ref}
          className={joinClasses("unsay-answer-body", className)}
          data-unsay="answer.body"
        >
          {children ??
            parts.map((part) => (
              <Fragment key={part.id}>
                <PartView paced={paced} part={part} growing={part === growing} />
                {seamsAfter(message, part)}
              </Fragment>
            ))}
        </div>
      )}
      {isUnsettled ? <UnsettledNote id={id} /> : null}
      <HoldNotice holding={paced.holding} />
      {paced.keptBack.map((kept) => (
        <HeldText key={kept.part} words={countWords(kept.text)} onShow={paced.revealHeld} />
      ))}
    </>
  );
});

/** The words beside the rule: what stands here may still change. */
function UnsettledNote({ id }: { readonly id: string }): ReactElement {
  const { hold } = useStrings();
  return (
    <span id={id} className="unsay-visually-hidden" data-unsay="answer.unsettled">
      {hold.writing}
    </span>
  );
}

/** Of a withdrawn answer only the tool calls stay, since what they did has happened, and the words of a refusal. */
function visibleParts(message: AssistantMessage): readonly Part[] {
  const parts = shownParts(message);
  const isWithheld = message.status === "truncated" && message.cause === "withheld";
  return isWithheld ? parts.filter((part) => part.type === "call" || (part.type === "text" && part.kind === "refusal")) : parts;
}

/** The part the caret stands in: the last one, while it is written. */
function growingPart(message: AssistantMessage, parts: readonly Part[]): Part | undefined {
  if (!isLive(message)) return undefined;
  const last = parts.at(-1);
  return last !== undefined && last.type === "text" ? last : undefined;
}

interface PartViewProps {
  readonly paced: PacedAnswer;
  readonly part: Part;
  readonly growing: boolean;
}

function PartView({ paced, part, growing }: PartViewProps): ReactNode {
  const { message } = paced;
  switch (part.type) {
    case "call":
      return <ToolCall message={message} callId={part.call} />;
    case "value":
      return <ValueView part={part} />;
    case "text":
      return <TextView paced={paced} part={part} growing={growing} />;
  }
}

function TextView({ paced, part, growing }: PartViewProps & { readonly part: TextPart }): ReactNode {
  const { refusal } = useStrings();
  const { message } = paced;
  if (part.kind === "reasoning") return <ReasoningPart part={part} live={isLive(message)} />;
  if (part.status === "withdrawn")
    return <RetractionNotice scope="block" reason={part.spans.find((span) => span.reason !== undefined)?.reason} />;
  const body = (
    <>
      <SeamedText paced={paced} part={part} growing={growing} />
      <Drafts paced={paced} part={part} />
    </>
  );
  if (isAnswerPart(part)) return body;
  return (
    <div className="unsay-refusal" data-unsay="answer.refusal">
      {isRefused(message) ? null : <strong>{refusal}</strong>}
      {body}
    </div>
  );
}

/** Text with a seam where another connection or run went on inside it. */
function SeamedText({ paced, part, growing }: PartViewProps & { readonly part: TextPart }): ReactNode {
  const { message } = paced;
  const facts = spanFactsOf(paced);
  const seams = message.seams.filter((seam) => isInside(seam, part));
  const pieces = splitPart(
    part,
    seams.map((seam) => seam.offset ?? 0),
  );
  return pieces.map((piece, index) => {
    const seam = seams[index];
    return (
      <Fragment key={index}>
        <PieceText part={piece} facts={facts} live={growing && index === pieces.length - 1} />
        {seam === undefined ? null : <Seam seam={seam} />}
      </Fragment>
    );
  });
}

function spanFactsOf({ message, selfCorrections }: PacedAnswer): SpanFacts {
  const waitsFor = (span: Span): string | null => {
    const [first] = isLive(message) ? unresolvedCalls(message, span) : [];
    const call = first === undefined ? undefined : selectCall(message, first);
    return call === undefined ? null : nameOfCall(call);
  };
  return { waitsFor, selfCorrections };
}

/** Words that may still be dropped: seen, and for nobody but the eye. */
function Drafts({ paced, part }: { readonly paced: PacedAnswer; readonly part: TextPart }): ReactNode {
  const drafts = paced.drafts.filter((draft) => draft.part === part.id);
  if (drafts.length === 0) return null;
  return (
    <span aria-hidden="true" data-mark="draft">
      {drafts.map(({ text }) => text).join("")}
    </span>
  );
}

interface PieceTextProps {
  readonly part: TextPart;
  readonly facts: SpanFacts;
  readonly live: boolean;
}

function PieceText({ part, facts, live }: PieceTextProps): ReactElement {
  const { text, marks } = selectMarkedText(part, facts);
  return <AnswerText text={fenced(part, text)} marks={marks} live={live} />;
}

/** A part that is code carries no fence of its own. Longer than any run of backticks in it, so that none ends it. */
function fenced(part: TextPart, text: string): string {
  if (part.kind !== "code" && part.kind !== "structured") return text;
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), (match) => match[0].length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${part.language ?? (part.kind === "structured" ? "json" : "")}\n${text}`;
}

function isInside(seam: SeamFacts, part: TextPart): boolean {
  return seam.part === part.id && seam.offset !== null && seam.offset < storedLength(part);
}

/** Seams count stored text, corrections aside, as cut points do. */
function storedLengthOf(span: Span): number {
  return span.replaces === undefined ? span.text.length : 0;
}

function storedLength(part: TextPart): number {
  return part.spans.reduce((sum, span) => sum + storedLengthOf(span), 0);
}

function splitPart(part: TextPart, offsets: readonly number[]): readonly TextPart[] {
  if (offsets.length === 0) return [part];
  const starts = [0, ...offsets];
  return starts.map((from, index) => ({ ...part, spans: spansBetween(part.spans, from, starts[index + 1] ?? Number.POSITIVE_INFINITY) }));
}

/** A span without stored text belongs to what stands before it. */
function spansBetween(spans: readonly Span[], from: number, to: number): readonly Span[] {
  let position = 0;
  return spans.flatMap((span) => {
    const start = position;
    position += storedLengthOf(span);
    if (storedLengthOf(span) === 0) return (start > from || from === 0) && start <= to ? [span] : [];
    const text = span.text.slice(Math.max(0, from - start), Math.max(0, to - start));
    return text === "" ? [] : [text === span.text ? span : { ...span, text }];
  });
}

/** Joints between parts. Those inside one are drawn with its text. */
function seamsAfter(message: AssistantMessage, part: Part): ReactNode {
  return message.seams
    .filter((seam) => seam.part === part.id && !(part.type === "text" && isInside(seam, part)) && hasMoreAfter(message, part))
    .map((seam, index) => <Seam key={index} seam={seam} />);
}

function hasMoreAfter(message: AssistantMessage, part: Part): boolean {
  return isLive(message) || message.parts.at(-1)?.id !== part.id;
}

/** Sources link where their address is safe; files and data are named. Nothing is loaded. */
function ValueView({ part }: { readonly part: ValuePart }): ReactElement {
  const strings = useStrings();
  const { label, url } = readValue(part.value);
  const safe = url === null ? null : parseSafeUrl(url);
  const words = makeVisible(label ?? safe?.host ?? "");
  return (
    <p className="unsay-value" data-unsay={`answer.${part.kind}`}>
      <span className="unsay-value-kind">{strings.part[part.kind]}</span>{" "}
      {safe === null ? (
        words
      ) : (
        <a data-unsay="answer.link" href={safe.href} rel={LINK_REL}>
          {words}
          {words === safe.host ? null : strings.markdown.linkTo(safe.host)}
        </a>
      )}
    </p>
  );
}

function readValue(value: unknown): { readonly label: string | null; readonly url: string | null } {
  if (typeof value === "string") return { label: value, url: null };
  if (typeof value !== "object" || value === null) return { label: null, url: null };
  const fields = value as Readonly<Record<string, unknown>>;
  const text = (...names: readonly string[]): string | null => {
    const found = names.map((name) => fields[name]).find((field) => typeof field === "string" && field !== "");
    return typeof found === "string" ? found : null;
  };
  return { label: text("title", "name", "filename", "id"), url: text("url", "href") };
}
