import { useState, type CSSProperties, type ReactElement } from "react";
import { Button } from "../button/button.js";
import { UnsayRoot } from "../thread/unsay-root.js";
import { usesOf, type Tokens } from "./read-tokens.js";
import { TokenPage, TokenTable } from "./token-page.js";

const LAYOUT = `
  .motion-track { block-size: 24px; margin-block-start: 4px; background: var(--unsay-sunken); }
  .motion-bar { inline-size: 24px; block-size: 100%; background: var(--unsay-accent); transition: inline-size var(--motion-time) var(--unsay-ease); }
  .motion-bar[data-there] { inline-size: 100%; }
`;

export interface MotionPageProps {
  readonly tokens: Tokens;
  /** All style sheets: paths with their text. */
  readonly sheets: Readonly<Record<string, string>>;
}

/** How long changes take, what takes that long, and the same for readers who want no motion. */
export function MotionPage({ tokens: { all }, sheets }: MotionPageProps): ReactElement {
  const times = all.filter(({ name }) => /^dur-\d$/u.test(name));
  const eases = all.filter(({ name }) => name === "ease");
  const [isThere, setThere] = useState(false);
  const [isStill, setStill] = useState(false);
  return (
    <TokenPage
      side={
        <>
          <div className="token-row">
            <Button onClick={() => setThere(!isThere)}>Play</Button>
            <Button aria-pressed={isStill} onClick={() => setStill(!isStill)}>
              No motion
            </Button>
          </div>
          <TokenTable caption="Times" head={["Token", "Declared"]} rows={[...times, ...eases].map(({ name, value }) => [name, value])} />
        </>
      }
    >
      <style>{LAYOUT}</style>
      <UnsayRoot motion={isStill ? "none" : "full"} style={{ display: "grid", gap: 20 }}>
        {times.map(({ name }) => (
          <section key={name} aria-label={name}>
            <h2 className="token-name">{name}</h2>
            <div className="motion-track">
              <div
                className="motion-bar"
                data-there={isThere ? "" : undefined}
                style={{ "--motion-time": `var(--unsay-${name})` } as CSSProperties}
              />
            </div>
            <Uses name={name} sheets={sheets} />
          </section>
        ))}
      </UnsayRoot>
    </TokenPage>
  );
}

function Uses({ name, sheets }: Pick<MotionPageProps, "sheets"> & { readonly name: string }): ReactElement {
  const uses = usesOf(name, sheets);
  if (uses.length === 0) return <p className="token-sample">Nothing of the kit takes this long. It is there for changes of the app.</p>;
  return (
    <TokenTable
      caption={`What takes ${name}`}
      head={["Selector", "Declaration", "File"]}
      rows={uses.map(({ selector, declaration, file }) => [selector, declaration, file])}
    />
  );
}
