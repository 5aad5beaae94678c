"use client";
import { Fragment, memo, useCallback, useId, useLayoutEffect, useRef, type HTMLAttributes, type ReactElement, type ReactNode } from "react";
import { type PacedAnswer } from "@unsay/react/base";
import {
  countWords,
  isAnswerPart,
  isLive,
  isRefused,
  selectCall,
  shownParts,
  unresolvedCalls,
  type AssistantMessage,
  type CallPart,
  type Part,
  type Seam as SeamFacts,
  type Span,
  type TextPart,
  type ValuePart,
} from "@unsay/core/base";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { AnswerFile } from "../file/answer-file.js";
import { CitedSourcesContext, useNumberedSources } from "../markdown/cited-sources.js";
import { CopiedAnswerContext } from "../markdown/copied-answer.js";
import { ThreadIdContext } from "../markdown/image-grants.js";
import { SourceList } from "../source/source.js";
import { answerWords } from "../strings/english/answer.js";
import { useWords } from "../strings/strings.js";
import { nameOfCall } from "../tool-call/call-words.js";
import { ToolCallSlot } from "../tool-call/tool-call-slot.js";
import { AnswerText } from "./answer-text.js";
import { HeldText, HoldNotice } from "./held-text.js";
import { selectMarkedText, type SpanFacts } from "./marked-text.js";
import { Draft } from "./marks.js";
import { ReasoningPart } from "./reasoning-part.js";
import { RetractionNotice } from "./retraction-notice.js";
import { Seam } from "./seam.js";
import { usePaced } from "./use-paced.js";

export interface AnswerBodyProps extends HTMLAttributes<HTMLDivElement> {
  readonly message: AssistantMessage;
}

/** The parts of an answer in their order, as far as a reader may see them. Renders a `div`. */
export const AnswerBody: UiComponent<HTMLDivElement, AnswerBodyProps> = withRef("AnswerBody", (props, ref) => {
  const paced = usePaced(props.message);
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
  const answerOf = useLatest(received);
  const cited = useNumberedSources(parts);
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
          <ThreadIdContext.Provider value={received.thread}>
            <CopiedAnswerContext.Provider value={answerOf}>
              <CitedSourcesContext.Provider value={cited}>
                {children ??
                  parts.map((part, index) => (
                    <Fragment key={part.id}>
                      {part.type === "text" ? textView({ paced, part, growing: part === growing }) : partView(message, part, parts, index)}
                      {seamsAfter(message, part)}
                    </Fragment>
                  ))}
              </CitedSourcesContext.Provider>
            </CopiedAnswerContext.Provider>
          </ThreadIdContext.Provider>
        </div>
      )}
      {isUnsettled ? <UnsettledNote id={id} /> : null}
      {paced.holding === null ? null : <HoldNotice holding={paced.holding} />}
      {paced.keptBack.map((kept) => (
        <HeldText key={kept.part} words={countWords(kept.text)} onShow={paced.revealHeld} />
      ))}
    </>
  );
});

/** One function for as long as the answer stands, so that no code block is drawn again for it. */
function useLatest<Value>(value: Value): () => Value {
  const latest = useRef(value);
  useLayoutEffect(() => {
    latest.current = value;
  });
  return useCallback(() => latest.current, []);
}

/** Sources that stand together make one list, where the first of them stands. */
function sourcesFrom(parts: readonly Part[], index: number): readonly ValuePart[] {
  const isSource = (part: Part | undefined): part is ValuePart => part?.type === "value" && part.kind === "source";
  if (!isSource(parts[index]) || isSource(parts[index - 1])) return [];
  const after = parts.slice(index).findIndex((part) => !isSource(part));
  return parts.slice(index, after === -1 ? undefined : index + after).filter(isSource);
}

/** The words beside the rule: what stands here may still change. */
const UnsettledNote = memo(function UnsettledNote({ id }: { readonly id: string }): ReactElement {
  const { hold } = useWords(answerWords);
  return (
    <span id={id} className="unsay-visually-hidden" data-unsay="answer.unsettled">
      {hold.writing}
    </span>
  );
});

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

interface TextViewProps {
  readonly paced: PacedAnswer;
  readonly part: TextPart;
  readonly growing: boolean;
}

function partView(message: AssistantMessage, part: CallPart | ValuePart, parts: readonly Part[], index: number): ReactNode {
  if (part.type === "call") return <ToolCallSlot message={message} callId={part.call} />;
  if (part.kind !== "source") return <AnswerFile part={part} />;
  const sources = sourcesFrom(parts, index);
  return sources.length === 0 ? null : <SourceList parts={sources} />;
}

/** No component, as what makes the text of a part is none: each would be drawn again with every word. */
function textView({ paced, part, growing }: TextViewProps): ReactNode {
  const { message } = paced;
  if (part.kind === "reasoning") return <ReasoningPart part={part} live={isLive(message)} />;
  if (part.status === "withdrawn")
    return <RetractionNotice scope="block" reason={part.spans.find((span) => span.reason !== undefined)?.reason} />;
  const text = seamedText({ paced, part, growing });
  return isAnswerPart(part) ? text : <Refusal isStated={isRefused(message)}>{text}</Refusal>;
}

/** `isStated`: how the answer ended says that it is one. */
function Refusal({ isStated, children }: { readonly isStated: boolean; readonly children: ReactNode }): ReactElement {
  const { refusal } = useWords(answerWords);
  return (
    <div className="unsay-refusal" data-unsay="answer.refusal">
      {isStated ? null : <strong>{refusal}</strong>}
      {children}
    </div>
  );
}

/** Text with a seam where another connection or run went on inside it. */
function seamedText({ paced, part, growing }: TextViewProps): readonly ReactElement[] {
  const { message } = paced;
  const facts = spanFactsOf(paced);
  const seams = message.seams.filter((seam) => isInside(seam, part));
  const pieces = splitPart(
    part,
    seams.map((seam) => seam.offset ?? 0),
  );
  const last = pieces.length - 1;
  return pieces.flatMap((piece, index) => {
    const seam = seams[index];
    const { text, marks } = selectMarkedText(piece, facts);
    const own = { live: growing && index === last, cut: part.status === "cut" && index === last };
    const ghost = index === last ? draftsOf(paced, part) : undefined;
    const shown = <AnswerText key={index} text={fenced(part, text)} marks={marks} {...own} ghost={ghost} />;
    return seam === undefined ? [shown] : [shown, <Seam key={`seam-${index}`} seam={seam} />];
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

/** Words that may still be dropped: seen, and for nobody but the eye. Those that have stood still have lost their dots. */
function draftsOf({ drafts }: PacedAnswer, part: TextPart): ReactNode {
  const shown = drafts.filter((draft) => draft.part === part.id);
  const stable = shown.map(({ text, stable: length }) => text.slice(0, length)).join("");
  const open = shown.map(({ text, stable: length }) => text.slice(length)).join("");
  if (shown.length === 0) return undefined;
  return (
    <>
      {stable === "" ? null : <Draft stable>{stable}</Draft>}
      {open === "" ? null : <Draft>{open}</Draft>}
    </>
  );
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
  if (message.seams.length === 0) return null;
  return message.seams
    .filter((seam) => seam.part === part.id && !(part.type === "text" && isInside(seam, part)) && hasMoreAfter(message, part))
    .map((seam, index) => <Seam key={index} seam={seam} />);
}

function hasMoreAfter(message: AssistantMessage, part: Part): boolean {
  return isLive(message) || message.parts.at(-1)?.id !== part.id;
}
