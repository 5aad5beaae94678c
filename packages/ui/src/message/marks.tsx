"use client";
import {
  createContext,
  useContext,
  useId,
  useMemo,
  useState,
  type HTMLAttributes,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
} from "react";
import { composeHandlers, flag, joinClasses, withRef, type UiComponent } from "../component.js";
import type { MarkRenderer } from "../markdown/render-tokens.js";
import { useStrings } from "../strings/strings.js";
import type { TextMark } from "./marked-text.js";

/** Marks inside the text. Each differs by line and by hidden or visible words, never by hue alone. */

export interface MarkProps extends HTMLAttributes<HTMLElement> {
  /** Number of the correction; shown by the reference button. */
  readonly revision?: number;
}

/** Words that may still change. Renders a `span`. */
export const Provisional: UiComponent<HTMLElement, MarkProps> = withRef("Provisional", (props, ref) => {
  const { revision: _revision, ...rest } = props;
  return <span {...rest} ref={ref} data-mark="provisional" />;
});

/** Words that took the place of others. Renders an `ins` with hidden words in front. */
export const Revised: UiComponent<HTMLModElement, MarkProps & { readonly announced?: boolean }> = withRef("Revised", (props, ref) => {
  const { revision, announced = true, children, ...rest } = props;
  const strings = useStrings();
  return (
    <ins {...rest} ref={ref} data-mark="revised" data-rev={revision}>
      {announced ? <span className="unsay-visually-hidden">{strings.correction.revisedPrefix}</span> : null}
      {children}
    </ins>
  );
});

/** The wording before a correction. Renders a `del` with hidden words around. */
export const Removed: UiComponent<HTMLModElement, MarkProps> = withRef("Removed", (props, ref) => {
  const { revision, children, ...rest } = props;
  const strings = useStrings();
  return (
    <del {...rest} ref={ref} data-mark="removed" data-rev={revision}>
      <span className="unsay-visually-hidden">{strings.correction.earlierPrefix}</span>
      {children}
      <span className="unsay-visually-hidden">{strings.correction.earlierSuffix}</span>
    </del>
  );
});

/** Stands for words that were taken back: fixed words and the reason, whatever was there. Renders a `span`. */
export const Retracted: UiComponent<HTMLElement, MarkProps & { readonly reason?: string }> = withRef("Retracted", (props, ref) => {
  const { revision: _revision, reason = "", ...rest } = props;
  const strings = useStrings();
  return (
    <span {...rest} ref={ref} data-mark="retracted">
      {strings.retraction.chip(reason)}
    </span>
  );
});

/** Words that nothing confirmed. Renders a `span`. */
export const Unverified: UiComponent<HTMLElement, MarkProps> = withRef("Unverified", (props, ref) => {
  const { revision: _revision, ...rest } = props;
  return <span {...rest} ref={ref} data-mark="unverified" />;
});

/** Shows where the text grows. Renders an empty `span` that assistive technology does not see. */
export const Caret: UiComponent<HTMLElement, HTMLAttributes<HTMLElement>> = withRef("Caret", (props, ref) => (
  <span {...props} ref={ref} className={joinClasses("unsay-caret", props.className)} data-unsay="answer.caret" aria-hidden="true" />
));

export interface RevisionPeekProps extends HTMLAttributes<HTMLButtonElement> {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  /** What a screen reader says; names the correction. */
  readonly label: string;
  readonly controls?: string;
  readonly ink?: "changed" | "cut";
}

/** Shows the earlier wording on demand. Renders a `button`; Escape closes and keeps the focus. */
export const RevisionPeek: UiComponent<HTMLButtonElement, RevisionPeekProps> = withRef("RevisionPeek", (props, ref) => {
  const { open, onOpenChange, label, controls, ink, className, children, onClick, onKeyDown, ...rest } = props;
  const close = (event: KeyboardEvent<HTMLButtonElement>): void => {
    if (event.key !== "Escape" || !open) return;
    // Escape elsewhere stops the answer; here it has done its work.
    event.preventDefault();
    onOpenChange(false);
  };
  return (
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
  );
});

interface MarksState {
  readonly marks: readonly TextMark[];
  readonly open: ReadonlySet<number>;
  readonly setOpen: (mark: number, open: boolean) => void;
  readonly idPrefix: string;
}

const NO_MARKS: MarksState = { marks: [], open: new Set(), setOpen: () => {}, idPrefix: "" };
const MarksContext = createContext<MarksState>(NO_MARKS);

/** Gives the marks of one part to the blocks drawn from it, so that opening one re-renders none of the others. */
export function MarksProvider({ marks, children }: { readonly marks: readonly TextMark[]; readonly children: ReactNode }): ReactElement {
  const [open, setOpenMarks] = useState<ReadonlySet<number>>(new Set());
  const idPrefix = useId();
  const value = useMemo<MarksState>(
    () => ({
      marks,
      open,
      idPrefix,
      setOpen: (mark, isOpen) =>
        setOpenMarks((before) => new Set(isOpen ? [...before, mark] : [...before].filter((other) => other !== mark))),
    }),
    [marks, open, idPrefix],
  );
  return <MarksContext.Provider value={value}>{children}</MarksContext.Provider>;
}

function useMark(index: number): { mark: TextMark | undefined; isOpen: boolean; setOpen: (open: boolean) => void; id: string } {
  const state = useContext(MarksContext);
  return {
    mark: state.marks[index],
    isOpen: state.open.has(index),
    setOpen: (open) => state.setOpen(index, open),
    id: `${state.idPrefix}-mark-${index}`,
  };
}

/** Draws the sentinels of the markdown walker. One for all texts: what a number means comes from `MarksProvider`. */
export const markRenderer: MarkRenderer = {
  point: (mark) => <MarkPoint index={mark} />,
  text: (mark, words, first) => (
    <MarkWords index={mark} first={first}>
      {words}
    </MarkWords>
  ),
  end: (mark) => <MarkEnd index={mark} />,
};

function MarkPoint({ index }: { readonly index: number }): ReactNode {
  const { mark, isOpen, setOpen, id } = useMark(index);
  if (mark?.kind === "inferred") return <SelfCorrectionNote />;
  if (mark?.kind === "retracted") return <RetractedPoint mark={mark} isOpen={isOpen} setOpen={setOpen} id={id} />;
  if (mark?.kind !== "revised" || !isOpen || mark.earlier === null) return null;
  return (
    <>
      <Removed id={id} revision={mark.revision}>
        {mark.earlier.trim()}
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
  const { correction } = useStrings();
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

function MarkWords({
  index,
  first,
  children,
}: {
  readonly index: number;
  readonly first: boolean;
  readonly children: ReactNode;
}): ReactNode {
  const { mark } = useMark(index);
  if (mark?.kind === "unverified") return <Unverified>{children}</Unverified>;
  if (mark?.kind === "waiting") return <span data-mark="waiting">{children}</span>;
  if (mark?.kind !== "revised") return children;
  return (
    <Revised revision={mark.revision} announced={first}>
      {children}
    </Revised>
  );
}

function MarkEnd({ index }: { readonly index: number }): ReactNode {
  const { mark, isOpen, setOpen, id } = useMark(index);
  const { correction } = useStrings();
  if (mark?.kind === "unverified") return <UnverifiedEnd reason={mark.reason} why={mark.why} isOpen={isOpen} setOpen={setOpen} id={id} />;
  if (mark?.kind === "waiting") return <WaitingNote tool={mark.tool} />;
  if (mark?.kind !== "revised" || mark.earlier === null) return null;
  const label = isOpen ? correction.hide(mark.revision) : correction.show(mark.revision);
  return (
    <RevisionPeek open={isOpen} onOpenChange={setOpen} controls={id} label={label}>
      {correction.reference(mark.revision)}
    </RevisionPeek>
  );
}

/** A guess about the wording, so a note beside it and no mark on it. */
function SelfCorrectionNote(): ReactElement {
  const { hold } = useStrings();
  return <Note kind="inferred">{hold.mayContradict}</Note>;
}

function WaitingNote({ tool }: { readonly tool: string }): ReactElement {
  const { hold } = useStrings();
  return <Note kind="waiting">{hold.waitingFor(tool)}</Note>;
}

function Note({ kind, children }: { readonly kind: "inferred" | "waiting"; readonly children: string }): ReactElement {
  return (
    <>
      {" "}
      <span className="unsay-aside" data-unsay="answer.note" data-note={kind}>
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
  const { correction } = useStrings();
  const plain = why === undefined ? correction.unverifiedPlain : correction.unverifiedWhy[why];
  const words = reason === "" ? plain : correction.unverifiedBecause(reason);
  return (
    <>
      <RevisionPeek ink="cut" open={isOpen} onOpenChange={setOpen} controls={id} label={correction.unverified}>
        {correction.unverified}
      </RevisionPeek>
      {isOpen ? (
        <span id={id} className="unsay-aside">
          {" "}
          {words}{" "}
        </span>
      ) : null}
    </>
  );
}
