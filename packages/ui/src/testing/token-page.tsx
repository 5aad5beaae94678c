import type { ReactElement, ReactNode } from "react";

/** What the pages about tokens are made of: controls at the side, and what they change beside them. */

const LAYOUT = `
  .token-page { display: grid; gap: 24px; grid-template-columns: minmax(220px, 340px) minmax(0, 1fr); align-items: start; }
  @media (max-width: 900px) { .token-page { grid-template-columns: minmax(0, 1fr); } }
  .token-side { display: grid; gap: 16px; }
  .token-look { display: grid; gap: 20px; min-inline-size: 0; padding: 20px; border: 1px solid var(--unsay-border); }
  .token-row { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; }
  .token-name { margin: 0; color: var(--unsay-fg-subtle); font: 600 .75rem/1.4 var(--unsay-font-mono); }
  .token-sample { margin: 0; overflow-wrap: anywhere; }
  .token-table { overflow-x: auto; }
  .token-table table { border-collapse: collapse; font-size: .8125rem; font-variant-numeric: tabular-nums; }
  .token-table caption { font-weight: 600; text-align: start; }
  .token-table :is(th, td) { padding: 2px 12px 2px 0; border-block-end: 1px solid var(--unsay-border); font-weight: 400; text-align: start; vertical-align: baseline; }
  .token-table code { font-family: var(--unsay-font-mono); font-size: .75rem; }
`;

export interface TokenPageProps {
  readonly side: ReactNode;
  readonly children: ReactNode;
}

export function TokenPage({ side, children }: TokenPageProps): ReactElement {
  return (
    <div className="token-page">
      <style>{LAYOUT}</style>
      <div className="token-side">{side}</div>
      <div className="token-look">{children}</div>
    </div>
  );
}

export interface TokenTableProps {
  readonly caption: string;
  readonly head: readonly string[];
  /** The first cell of a row names it. */
  readonly rows: readonly (readonly string[])[];
}

export function TokenTable({ caption, head, rows }: TokenTableProps): ReactElement {
  return (
    <div className="token-table" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {head.map((cell) => (
              <th key={cell} scope="col">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, ...cells], row) => (
            <tr key={row}>
              <th scope="row">
                <code dir="ltr">{name}</code>
              </th>
              {cells.map((cell, column) => (
                <td key={column}>
                  <code dir="ltr">{cell}</code>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What a token is worth below an element: a length in px, or as it stands there. */
export function measured(root: Element, name: string): string {
  const probe = document.createElement("span");
  probe.style.cssText = `position: absolute; visibility: hidden; inline-size: var(--unsay-${name})`;
  root.append(probe);
  const { inlineSize } = getComputedStyle(probe);
  probe.remove();
  const plain = getComputedStyle(root).getPropertyValue(`--unsay-${name}`).trim();
  return /\d(?:px|rem|ch)|^calc\(/u.test(plain) ? `${Math.round(Number.parseFloat(inlineSize) * 10) / 10} px` : plain;
}
