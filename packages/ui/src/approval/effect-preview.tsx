"use client";
import { useState, type HTMLAttributes, type ReactElement, type ReactNode } from "react";
import { Button } from "../button/button.js";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { toolWords } from "../strings/english/tool.js";
import { useWords } from "../strings/strings.js";
import { textOfValue } from "./describe-plainly.js";
import { dangersOf, diffLines, type DiffLine, type Effect, type EffectOf } from "./effect.js";
import { FIELD_CHARACTERS, FoldableText, useFold } from "./foldable-text.js";
import { clampText, makeVisible } from "./visible-text.js";

const SAMPLE_ROWS = 3;
const MOST_ROWS = 200;
const MOST_LINES = 400;
/** Lines that are as before are shown this far around a change. */
const DIFF_CONTEXT = 2;
const MOST_NAMES = 32;

export interface EffectPreviewProps extends HTMLAttributes<HTMLDivElement> {
  readonly effect: Effect;
}

/** What a call would change, by kind. Renders a `div`. */
export const EffectPreview: UiComponent<HTMLDivElement, EffectPreviewProps> = withRef("EffectPreview", (props, ref) => {
  const { effect, className, ...rest } = props;
  return (
    <div
      dir="auto"
      {...rest}
      ref={ref}
      className={joinClasses("unsay-effect", className)}
      data-unsay="effect-preview"
      data-kind={effect.kind}
    >
      <EffectOfKind effect={effect} />
    </div>
  );
});

function EffectOfKind({ effect }: { readonly effect: Effect }): ReactElement {
  switch (effect.kind) {
    case "message":
      return <MessageEffect effect={effect} />;
    case "diff":
      return <DiffEffect effect={effect} />;
    case "rows":
      return <RowsEffect effect={effect} />;
    case "command":
      return <CommandEffect effect={effect} />;
    case "money":
      return <MoneyEffect effect={effect} />;
    case "access":
      return <AccessEffect effect={effect} />;
    case "json":
      return <JsonEffect value={effect.value} />;
  }
}

/** Rows of a name and a text; those without a text are left out. */
function Rows({ rows }: { readonly rows: readonly (readonly [string, string | undefined])[] }): ReactElement {
  return (
    <dl>
      {rows.map(([label, text]) =>
        text === undefined ? null : (
          <div key={label} className="unsay-approval-fact">
            <dt>{label}</dt>
            <dd dir="auto">
              <FoldableText text={text} label={label} />
            </dd>
          </div>
        ),
      )}
    </dl>
  );
}

function MessageEffect({ effect }: { readonly effect: EffectOf<"message"> }): ReactElement {
  const words = useWords(toolWords).effect;
  const { to, copy, subject, body } = effect;
  return (
    <>
      <Rows
        rows={[
          [words.to, to.join(", ")],
          [words.copy, copy?.join(", ")],
          [words.subject, subject],
        ]}
      />
      <div className="unsay-effect-text" dir="auto">
        <FoldableText text={body} />
      </div>
    </>
  );
}

/** Signs and hidden words say what a colour would. */
function DiffEffect({ effect }: { readonly effect: EffectOf<"diff"> }): ReactElement {
  const words = useWords(toolWords).effect;
  const lines = diffLines(effect.before, effect.after);
  const [isWhole, setWhole] = useState(false);
  const shown = groupDiff(isWhole ? lines : lines.slice(0, MOST_LINES));
  useFold(!isWhole && lines.length > MOST_LINES);
  return (
    <>
      <Rows rows={[[words.file, effect.file]]} />
      <div className="unsay-effect-code" dir="ltr">
        {shown.map((entry, index) =>
          typeof entry === "number" ? (
            <div key={index} className="unsay-approval-more">
              {words.unchanged(entry)}
            </div>
          ) : (
            <DiffRow key={index} line={entry} />
          ),
        )}
      </div>
      <ShowAll isFolded={!isWhole && lines.length > MOST_LINES} onShow={() => setWhole(true)} />
    </>
  );
}

function DiffRow({ line: { sign, text } }: { readonly line: DiffLine }): ReactElement {
  const words = useWords(toolWords).effect;
  const shown = <FoldableText text={text} />;
  const mark = <span aria-hidden="true">{sign === "-" ? "−" : sign} </span>;
  if (sign === " ") return <div>{[<span key="mark">{mark}</span>, <span key="text">{shown}</span>]}</div>;
  const Element = sign === "+" ? "ins" : "del";
  return (
    <Element>
      {mark}
      <span className="unsay-visually-hidden">{sign === "+" ? words.added : words.removed}</span>
      {shown}
    </Element>
  );
}

/** Long runs of lines as before become their number. */
function groupDiff(lines: readonly DiffLine[]): readonly (DiffLine | number)[] {
  const isNear = (at: number): boolean =>
    lines.slice(Math.max(0, at - DIFF_CONTEXT), at + DIFF_CONTEXT + 1).some(({ sign }) => sign !== " ");
  const grouped: (DiffLine | number)[] = [];
  lines.forEach((line, at) => {
    const last = grouped.at(-1);
    if (isNear(at)) grouped.push(line);
    else if (typeof last === "number") grouped[grouped.length - 1] = last + 1;
    else grouped.push(1);
  });
  return grouped;
}

function RowsEffect({ effect: { count, noun, rows } }: { readonly effect: EffectOf<"rows"> }): ReactElement {
  const words = useWords(toolWords).effect;
  const [isWhole, setWhole] = useState(false);
  const shown = rows.slice(0, isWhole ? MOST_ROWS : SAMPLE_ROWS);
  const isFolded = !isWhole && rows.length > SAMPLE_ROWS;
  useFold(isFolded);
  return (
    <>
      <strong>{words.rows(count, makeVisible(noun ?? words.rowNoun))}</strong>
      <ul className="unsay-effect-rows">
        {shown.map((row, index) => (
          <li key={index}>
            <FoldableText text={typeof row === "string" ? row : textOfRow(row)} />
          </li>
        ))}
      </ul>
      {shown.length < count ? <span className="unsay-approval-more">{words.sampleOf(shown.length, count)}</span> : null}
      <ShowAll isFolded={isFolded} onShow={() => setWhole(true)} />
    </>
  );
}

function textOfRow(row: Readonly<Record<string, unknown>>): string {
  return Object.entries(row)
    .map(([name, value]) => `${name}: ${textOfValue(value)}`)
    .join(" · ");
}

/** What is dangerous is underlined and named; the whole command stands there as it would run. */
function CommandEffect({ effect: { command, host, directory } }: { readonly effect: EffectOf<"command"> }): ReactElement {
  const { effect: words, approval } = useWords(toolWords);
  const [isOpen, setOpen] = useState(false);
  const short = clampText(command, FIELD_CHARACTERS);
  const shown = isOpen ? command : short.text;
  const isFolded = !isOpen && short.hidden > 0;
  useFold(isFolded);
  const marks = dangersOf(shown);
  const named = [...new Set(dangersOf(command).map(({ kind }) => words.danger[kind]))];
  return (
    <>
      <Rows
        rows={[
          [words.host, host],
          [words.directory, directory],
        ]}
      />
      <code className="unsay-effect-code" dir="ltr">
        {markDangers(shown, marks)}
      </code>
      {isFolded ? <span className="unsay-approval-more">{approval.moreCharacters(short.hidden)}</span> : null}
      <ShowAll isFolded={isFolded} onShow={() => setOpen(true)} />
      {named.length === 0 ? null : <p className="unsay-approval-warning">{named.join(" · ")}</p>}
    </>
  );
}

function markDangers(command: string, marks: ReturnType<typeof dangersOf>): ReactNode {
  const pieces: ReactNode[] = [];
  let from = 0;
  for (const { start, end } of marks) {
    pieces.push(makeVisible(command.slice(from, start)));
    pieces.push(
      <mark key={start} className="unsay-effect-danger">
        {makeVisible(command.slice(start, end))}
      </mark>,
    );
    from = end;
  }
  return [...pieces, makeVisible(command.slice(from))];
}

function MoneyEffect({ effect }: { readonly effect: EffectOf<"money"> }): ReactElement {
  const words = useWords(toolWords).effect;
  const { amount, currency, payee, balanceAfter } = effect;
  return (
    <Rows
      rows={[
        [words.amount, textOfMoney(amount, currency)],
        [words.payee, payee],
        [words.balance, balanceAfter === undefined ? undefined : textOfMoney(balanceAfter, currency)],
      ]}
    />
  );
}

/** The code of the currency and not its sign: several share one. An unknown code is shown as it is. */
function textOfMoney(amount: number, currency: string): string {
  try {
    return new Intl.NumberFormat(undefined, { style: "currency", currency, currencyDisplay: "code" }).format(amount);
  } catch {
    return `${amount} ${currency}`;
  }
}

function AccessEffect({ effect: { who, role, reaches } }: { readonly effect: EffectOf<"access"> }): ReactElement {
  const { effect: words, approval } = useWords(toolWords);
  const [isWhole, setWhole] = useState(false);
  const hidden = isWhole ? 0 : Math.max(0, reaches.length - MOST_NAMES);
  useFold(hidden > 0);
  return (
    <>
      <Rows
        rows={[
          [words.who, who],
          [words.role, role],
        ]}
      />
      <strong>{words.reaches}</strong>
      <ul className="unsay-effect-rows">
        {reaches.slice(0, isWhole ? undefined : MOST_NAMES).map((name, index) => (
          <li key={index}>
            <FoldableText text={name} />
          </li>
        ))}
      </ul>
      {hidden > 0 ? <span className="unsay-approval-more">{approval.moreFields(hidden)}</span> : null}
      <ShowAll isFolded={hidden > 0} onShow={() => setWhole(true)} />
    </>
  );
}

function JsonEffect({ value }: { readonly value: unknown }): ReactElement {
  const words = useWords(toolWords).effect;
  const [isOpen, setOpen] = useState(false);
  useFold(!isOpen);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.json}</summary>
      <div className="unsay-effect-code" dir="ltr">
        <FoldableText text={textOfValue(value)} label={words.json} />
      </div>
    </details>
  );
}

function ShowAll({ isFolded, onShow }: { readonly isFolded: boolean; readonly onShow: () => void }): ReactElement | null {
  const { action } = useWords(toolWords);
  return isFolded ? <Button onClick={onShow}>{action.showAll}</Button> : null;
}
