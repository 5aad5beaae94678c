"use client";
import { useContext, useRef, type HTMLAttributes, type KeyboardEvent, type ReactElement, type ReactNode } from "react";
import { useScrollHold, useSeen, useStruck } from "@unsay/react";
import { composeHandlers, flag, joinClasses, withRef, type UiComponent } from "../component.js";
import { revisionWords, type RevisionWords } from "../strings/english/revision.js";
import { useWords } from "../strings/strings.js";
import type { TextMark } from "./marked-text.js";
import { keyOf, MarksContext } from "./marks-state.js";
import { OwnWords, Retracted, Revised, Unverified, type MarkProps } from "./marks.js";

/** The wording before a correction. Renders a `del` with hidden words around. */
export const Removed: UiComponent<HTMLModElement, MarkProps> = withRef("Removed", (props, ref) => {
  const { revision, children, ...rest } = props;
  const strings = useWords(revisionWords);
  return (
    <del {...rest} ref={ref} data-mark="removed" data-rev={revision}>
      <OwnWords>{strings.correction.earlierPrefix}</OwnWords>
      {children}
      <OwnWords>{strings.correction.earlierSuffix}</OwnWords>
    </del>
  );
});

export interface RevisionPeekProps extends HTMLAttributes<HTMLButtonElement> {
  readonly "data-rev"?: number;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  /** What a screen reader says; names the correction. */
  readonly label: string;
  readonly controls?: string;
  readonly ink?: "changed" | "cut";
}

/** Shows the earlier wording on demand. Renders a `button` that no line begins with; Escape closes and keeps the focus. */
export const RevisionPeek: UiComponent<HTMLButtonElement, RevisionPeekProps> = withRef("RevisionPeek", (props, ref) => {
  const { open, onOpenChange, label, controls, ink, className, children, onClick, onKeyDown, ...rest } = props;
  // Whoever compares two wordings must not lose the place to new text.
  useScrollHold(open);
  const close = (event: KeyboardEvent<HTMLButtonElement>): void => {
    if (event.key !== "Escape" || !open) return;
    // Escape elsewhere stops the answer; here it has done its work.
    event.preventDefault();
    onOpenChange(false);
  };
  return (
    <span className="unsay-ref-place">
      <button
        {...rest}
        ref={ref}
        type="button"
        className={joinClasses("unsay-ref", className)}
        data-unsay="answer.peek"
        data-ink={ink}
        data-open={flag(open)}
        aria-expanded={open}
        aria-controls={open ? controls : undefined}
        aria-label={label}
        onClick={composeHandlers(onClick, () => onOpenChange(!open))}
        onKeyDown={composeHandlers(onKeyDown, close)}
      >
        {children}
      </button>
    </span>
  );
});

interface MarkAtHand {
  readonly mark: TextMark | undefined;
  readonly isOpen: boolean;
  readonly isSeen: boolean;
  /** It came while the reader was there, and its earlier wording has not been folded yet. */
  readonly isStruck: boolean;
  readonly setOpen: (open: boolean) => void;
  readonly see: () => void;
  readonly fold: () => void;
  readonly id: string;
}

function useMark(index: number): MarkAtHand {
  const { marks, states, change, old, idPrefix } = useContext(MarksContext);
  const mark = marks[index];
  const key = mark === undefined ? "" : keyOf(mark, index);
  const state = states.get(key) ?? {};
  return {
    mark,
    isOpen: state.isOpen === true,
    isSeen: state.isSeen === true,
    isStruck: mark?.kind === "revised" && !old.has(key) && state.isFolded !== true,
    setOpen: (isOpen) => change(key, { isOpen, isFolded: true, isSeen: true }),
    see: () => change(key, { isSeen: true }),
    fold: () => change(key, { isFolded: true }),
    id: `${idPrefix}-mark-${key}`,
  };
}

export function MarkPoint({ index }: { readonly index: number }): ReactNode {
  const { mark, isOpen, isStruck, setOpen, fold, id } = useMark(index);
  if (mark?.kind === "inferred") return <SelfCorrectionNote />;
  if (mark?.kind === "retracted") return <RetractedPoint mark={mark} isOpen={isOpen} setOpen={setOpen} id={id} />;
  if (mark?.kind !== "revised" || mark.earlier === null) return null;
  if (isOpen) return <EarlierWording mark={mark} id={id} />;
  return isStruck ? <StruckWording mark={mark} onFold={fold} /> : null;
}

type RevisedMark = Extract<TextMark, { kind: "revised" }>;

function EarlierWording({ mark, id }: { readonly mark: RevisedMark; readonly id: string }): ReactElement {
  return (
    <>
      <Removed id={id} revision={mark.revision}>
        {mark.earlier?.trim()}
      </Removed>{" "}
    </>
  );
}

/** What stood there until now, for a moment, so that the change can be followed with the eyes. */
function StruckWording({ mark, onFold }: { readonly mark: RevisedMark; readonly onFold: () => void }): ReactElement {
  const element = useRef<HTMLModElement>(null);
  useStruck(element, onFold);
  return (
    <>
      <Removed ref={element} revision={mark.revision} data-struck="">
        {mark.earlier?.trim()}
      </Removed>{" "}
    </>
  );
}

interface RetractedPointProps {
  readonly mark: Extract<TextMark, { kind: "retracted" }>;
  readonly isOpen: boolean;
  readonly setOpen: (open: boolean) => void;
  readonly id: string;
}

function RetractedPoint({ mark, isOpen, setOpen, id }: RetractedPointProps): ReactNode {
  const { correction } = useWords(revisionWords);
  if (mark.earlier === null || mark.earlier.trim() === "") return <Retracted reason={mark.reason} />;
  return (
    <>
      <Retracted reason={mark.reason} />
      <RevisionPeek open={isOpen} onOpenChange={setOpen} controls={id} label={isOpen ? correction.hideWithdrawn : correction.showWithdrawn}>
        …
      </RevisionPeek>
      {isOpen ? <Removed id={id}>{mark.earlier.trim()}</Removed> : null}
    </>
  );
}

export interface MarkWordsProps {
  readonly index: number;
  readonly first: boolean;
  readonly children: ReactNode;
}

export function MarkWords({ index, first, children }: MarkWordsProps): ReactNode {
  const { mark, isSeen, see } = useMark(index);
  if (mark?.kind === "unverified") return <Unverified>{children}</Unverified>;
  if (mark?.kind === "waiting") return <span data-mark="waiting">{children}</span>;
  if (mark?.kind !== "revised") return children;
  return (
    <RevisedWords revision={mark.revision} first={first} isSeen={isSeen} onSeen={see}>
      {children}
    </RevisedWords>
  );
}

interface RevisedWordsProps {
  readonly revision: number;
  readonly first: boolean;
  readonly isSeen: boolean;
  readonly onSeen: () => void;
  readonly children: ReactNode;
}

function RevisedWords({ revision, first, isSeen, onSeen, children }: RevisedWordsProps): ReactElement {
  const element = useRef<HTMLModElement>(null);
  useSeen(element, first && !isSeen, onSeen);
  return (
    <Revised ref={element} revision={revision} announced={first} seen={isSeen} onClick={isSeen ? undefined : onSeen}>
      {children}
    </Revised>
  );
}

export function MarkEnd({ index }: { readonly index: number }): ReactNode {
  const { mark, isOpen, setOpen, id } = useMark(index);
  const { correction } = useWords(revisionWords);
  if (mark?.kind === "unverified") return <UnverifiedEnd reason={mark.reason} why={mark.why} isOpen={isOpen} setOpen={setOpen} id={id} />;
  if (mark?.kind === "waiting") return <WaitingNote tool={mark.tool} />;
  if (mark?.kind !== "revised" || mark.earlier === null) return null;
  const label = isOpen ? correction.hide(mark.revision) : correction.show(mark.revision);
  return (
    <RevisionPeek open={isOpen} onOpenChange={setOpen} controls={id} label={label} data-rev={mark.revision}>
      {correction.reference(mark.revision)}
    </RevisionPeek>
  );
}

/** A guess about the wording, so a note beside it and no mark on it. */
function SelfCorrectionNote(): ReactElement {
  const { hold } = useWords(revisionWords);
  return <Note kind="inferred">{hold.mayContradict}</Note>;
}

function WaitingNote({ tool }: { readonly tool: string }): ReactElement {
  const { hold } = useWords(revisionWords);
  return <Note kind="waiting">{hold.waitingFor(tool)}</Note>;
}

function Note({ kind, children }: { readonly kind: "inferred" | "waiting"; readonly children: string }): ReactElement {
  return (
    <>
      {" "}
      <span className="unsay-aside" dir="auto" data-unsay="answer.note" data-note={kind}>
        {`(${children})`}
      </span>{" "}
    </>
  );
}

interface UnverifiedEndProps {
  readonly reason: string;
  readonly why: Extract<TextMark, { kind: "unverified" }>["why"];
  readonly isOpen: boolean;
  readonly setOpen: (open: boolean) => void;
  readonly id: string;
}

function UnverifiedEnd({ reason, why, isOpen, setOpen, id }: UnverifiedEndProps): ReactNode {
  const { correction } = useWords(revisionWords);
  const words = whyUnverified(correction, why, reason);
  return (
    <>
      <RevisionPeek ink="cut" open={isOpen} onOpenChange={setOpen} controls={id} label={correction.unverified}>
        {correction.unverified}
      </RevisionPeek>
      {isOpen ? (
        <span id={id} className="unsay-aside" dir="auto">
          {" "}
          {words}{" "}
        </span>
      ) : null}
    </>
  );
}

function whyUnverified(
  { unverifiedWhy, unverifiedBecauseOf, unverifiedBecause, unverifiedPlain }: RevisionWords["correction"],
  why: UnverifiedEndProps["why"],
  reason: string,
): string {
  if (why !== undefined) return unverifiedBecauseOf(unverifiedWhy[why], reason);
  return reason === "" ? unverifiedPlain : unverifiedBecause(reason);
}
