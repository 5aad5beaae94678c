"use client";
import { useEffect, useId, useRef, useState, type ReactElement } from "react";
import { Button } from "../button/button.js";
import { Composer } from "../composer/composer.js";
import { CONTRAST_CLAIMS, paintOf, worstOf, type Paint } from "../styles/contrast.js";
import { UnsayRoot } from "../thread/unsay-root.js";
import type { Token, Tokens as Declared } from "./read-tokens.js";
import { StateAtlas } from "./state-atlas.js";

type Tokens = Readonly<Record<string, string>>;
type Theme = "light" | "dark";

interface Figure {
  readonly name: string;
  readonly worst: number;
  readonly least: number;
}

/** Tokens to change while looking at what they do, their contrast, and the CSS to take away. */
export function ThemeEditor({ declared }: { readonly declared: Declared }): ReactElement {
  const [theme, setTheme] = useState<Theme>("light");
  const [tokens, setTokens] = useState<Readonly<Record<Theme, Tokens>>>({ light: {}, dark: {} });
  const [seen, setSeen] = useState<{ readonly colors: Tokens; readonly figures: readonly Figure[] }>({ colors: {}, figures: [] });
  const root = useRef<HTMLDivElement>(null);
  const own = tokens[theme];
  useEffect(() => {
    if (root.current !== null) setSeen(look(root.current, declared.colors));
  }, [theme, own, declared]);
  const change = (name: string, value: string): void => setTokens((all) => ({ ...all, [theme]: { ...all[theme], [name]: value } }));
  const style = Object.fromEntries(Object.entries(own).map(([name, value]) => [`--unsay-${name}`, value]));
  return (
    <div className="theme-editor">
      <style>{LAYOUT}</style>
      <section aria-label="Tokens" className="theme-tokens">
        <div className="theme-row">
          {(["light", "dark"] as const).map((name) => (
            <Button key={name} aria-pressed={theme === name} onClick={() => setTheme(name)}>
              {name}
            </Button>
          ))}
          <Button onClick={() => setTokens((all) => ({ ...all, [theme]: {} }))}>Reset {theme}</Button>
        </div>
        {declared.colors.map(({ name }) => (
          <Field key={name} name={name} type="color" value={own[name] ?? seen.colors[name] ?? "#000000"} onChange={change} />
        ))}
        {declared.plain.map(({ name, value }) => (
          <Field key={name} name={name} type="text" value={own[name] ?? value} onChange={change} />
        ))}
      </section>
      <section aria-label="Contrast" className="theme-figures">
        <Figures figures={seen.figures} />
        <Css tokens={tokens} />
      </section>
      <UnsayRoot ref={root} theme={theme} style={style} className="theme-look" role="region" aria-label="Preview">
        <Composer status="streaming" defaultValue="only EU customers" onSubmit={() => {}} />
        <StateAtlas />
      </UnsayRoot>
    </div>
  );
}

function look(root: HTMLElement, declared: readonly Token[]): { readonly colors: Tokens; readonly figures: readonly Figure[] } {
  const colors = Object.fromEntries(declared.map(({ name }) => [name, toHex(paintOf(`var(--unsay-${name})`, root))]));
  const figures = CONTRAST_CLAIMS.map((claim) => ({
    name: `${claim.text} on ${claim.on.length > 1 ? "all grounds" : claim.on.join("")}`,
    worst: worstOf(claim, root),
    least: claim.normal,
  }));
  return { colors, figures };
}

function toHex(paint: Paint): string {
  return `#${paint.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

interface FieldProps {
  readonly name: string;
  readonly type: "color" | "text";
  readonly value: string;
  readonly onChange: (name: string, value: string) => void;
}

function Field({ name, type, value, onChange }: FieldProps): ReactElement {
  const id = useId();
  return (
    <div className="theme-row">
      <label htmlFor={id}>
        <code>{name}</code>
      </label>
      <input id={id} type={type} value={value} onChange={(event) => onChange(name, event.target.value)} />
    </div>
  );
}

function Figures({ figures }: { readonly figures: readonly Figure[] }): ReactElement {
  return (
    <table>
      <caption>Contrast</caption>
      <thead>
        <tr>
          <th scope="col">Pair</th>
          <th scope="col">Worst</th>
          <th scope="col">Needs</th>
        </tr>
      </thead>
      <tbody>
        {figures.map(({ name, worst, least }) => (
          <tr key={name} data-fails={worst < least ? "" : undefined}>
            <th scope="row">{name}</th>
            <td>
              {worst.toFixed(2)} {worst < least ? "too low" : ""}
            </td>
            <td>{least}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Light alone where dark was not touched. */
export function cssOf(tokens: Readonly<Record<Theme, Tokens>>): string {
  const rule = (selector: string, list: Tokens): string =>
    Object.keys(list).length === 0
      ? ""
      : `${selector} {\n${Object.entries(list)
          .map(([name, value]) => `  --unsay-${name}: ${value};\n`)
          .join("")}}\n`;
  const dark = rule('.unsay-root[data-theme="dark"], .dark .unsay-root', tokens.dark);
  return rule(".unsay-root", tokens.light) + dark;
}

function Css({ tokens }: { readonly tokens: Readonly<Record<Theme, Tokens>> }): ReactElement {
  const [copied, setCopied] = useState(false);
  const css = cssOf(tokens);
  return (
    <div>
      <div className="theme-row">
        <strong>CSS</strong>
        <Button onClick={() => void navigator.clipboard.writeText(css).then(() => setCopied(true))}>
          {copied ? "Copied" : "Copy the CSS"}
        </Button>
      </div>
      <pre dir="ltr" tabIndex={0} aria-label="CSS of the changed tokens">
        {css === "" ? "/* Nothing is changed yet. */" : css}
      </pre>
    </div>
  );
}

const LAYOUT = `
  .theme-editor { display: grid; gap: 24px; grid-template-columns: minmax(220px, 280px) minmax(240px, 340px) minmax(0, 1fr); align-items: start; }
  @media (max-width: 900px) { .theme-editor { grid-template-columns: minmax(0, 1fr); } }
  .theme-tokens { display: grid; gap: 4px; }
  .theme-row { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 8px; }
  .theme-row input { min-block-size: 28px; max-inline-size: 140px; border: 1px solid var(--unsay-border-strong); background: var(--unsay-canvas); }
  .theme-figures { display: grid; gap: 16px; font-size: .8125rem; }
  .theme-figures table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
  .theme-figures caption { font-weight: 600; text-align: start; }
  .theme-figures :is(th, td) { padding: 2px 8px 2px 0; border-block-end: 1px solid var(--unsay-border); font-weight: 400; text-align: start; }
  .theme-figures [data-fails] td { color: var(--unsay-ink-danger); font-weight: 600; }
  .theme-figures pre { margin: 8px 0 0; padding: 10px; overflow: auto; background: var(--unsay-sunken); }
  .theme-look { padding: 20px; border: 1px solid var(--unsay-border); }
  .theme-look .atlas-grid { display: grid; gap: 20px; margin-block-start: 20px; }
  .theme-look .atlas-cell > h2 { margin: 0 0 4px; color: var(--unsay-fg-subtle); font: 600 .75rem/1.4 ui-monospace, monospace; }
`;
