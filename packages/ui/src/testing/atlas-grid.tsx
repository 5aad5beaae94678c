import type { ReactElement, ReactNode } from "react";
import { HeadingLevelContext } from "../message/heading-level.js";

/** A state's name, and the state as it is drawn. */
export type AtlasCell = readonly [name: string, draw: () => ReactNode];

const LAYOUT = `
  .atlas-grid { display: grid; gap: 22px 40px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 380px), 1fr)); align-items: start; }
  .atlas-cell > h2 { margin: 0 0 6px; color: var(--unsay-fg-subtle); font: 600 .75rem/1.4 var(--unsay-font-mono); }
`;

/** States beside each other under their names. */
export function AtlasGrid({ cells }: { readonly cells: readonly AtlasCell[] }): ReactElement {
  return (
    <>
      <style>{LAYOUT}</style>
      <div className="atlas-grid">
        {cells.map(([name, draw]) => (
          <section key={name} className="atlas-cell">
            <h2>{name}</h2>
            <HeadingLevelContext.Provider value={name.startsWith("approval") ? 2 : 3}>{draw()}</HeadingLevelContext.Provider>
          </section>
        ))}
      </div>
    </>
  );
}
