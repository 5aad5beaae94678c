import { useEffect, useRef, useState, type CSSProperties, type ReactElement } from "react";
import { Button } from "../button/button.js";
import { Message } from "../message/message.js";
import { endedMessage, textPart } from "./messages.js";
import type { Tokens } from "./read-tokens.js";
import { measured, TokenPage, TokenTable } from "./token-page.js";

/** What WCAG 2.2, 1.4.12 asks a reader to be able to set. */
const SPACED: CSSProperties = { lineHeight: 1.5, letterSpacing: "0.12em", wordSpacing: "0.16em" };

const ANSWER = endedMessage("complete", {
  parts: [
    textPart(
      "# Roll out\n\nDrain the pool in **eu-west** first, then flip the flag and watch the error rate for ten minutes. Only then go on.\n\n- `flagctl enable new-pool`\n- Leave us-east until the pool has drained.\n\n| Region | Sessions |\n| --- | ---: |\n| eu-west | 0 |\n| us-east | 140 |",
    ),
  ],
});

/** The sizes, lines and fonts of the theme; at 200 % and with the spacing that a reader may ask for. */
export function TypePage({ tokens: { all } }: { readonly tokens: Tokens }): ReactElement {
  const texts = all.filter(({ name }) => /^text-\d$/u.test(name));
  const fonts = all.filter(({ name }) => name.startsWith("font"));
  const lines = [...texts, ...all.filter(({ name }) => name === "leading" || name === "measure")];
  const [isLarge, setLarge] = useState(false);
  const [isSpaced, setSpaced] = useState(false);
  const [sizes, setSizes] = useState<readonly string[]>([]);
  const look = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { fontSize } = document.documentElement.style;
    document.documentElement.style.fontSize = isLarge ? "200%" : fontSize;
    if (look.current !== null) setSizes(lines.map(({ name }) => measured(look.current as HTMLElement, name)));
    return () => void (document.documentElement.style.fontSize = fontSize);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the tokens are those of the sheet, which stays
  }, [isLarge]);
  return (
    <TokenPage
      side={
        <>
          <div className="token-row">
            <Button aria-pressed={isLarge} onClick={() => setLarge(!isLarge)}>
              Text at 200 %
            </Button>
            <Button aria-pressed={isSpaced} onClick={() => setSpaced(!isSpaced)}>
              Spaced text
            </Button>
          </div>
          <TokenTable
            caption="Sizes and lines"
            head={["Token", "Declared", "Here"]}
            rows={lines.map(({ name, value }, row) => [name, value, sizes[row] ?? ""])}
          />
          <TokenTable caption="Fonts" head={["Token", "Declared"]} rows={fonts.map(({ name, value }) => [name, value])} />
        </>
      }
    >
      <div ref={look} style={{ display: "grid", gap: 20, ...(isSpaced ? SPACED : {}) }}>
        {texts.map(({ name }) => (
          <div key={name}>
            <h2 className="token-name">{name}</h2>
            <p
              className="token-sample"
              style={{
                fontSize: `var(--unsay-${name})`,
                lineHeight: isSpaced ? 1.5 : "var(--unsay-leading)",
                maxInlineSize: "var(--unsay-measure)",
              }}
            >
              An answer is provisional until somebody who knows has said that it is whole. 0123456789
            </p>
          </div>
        ))}
        {fonts.map(({ name }) => (
          <div key={name}>
            <h2 className="token-name">{name}</h2>
            <p className="token-sample" style={{ fontFamily: `var(--unsay-${name})` }}>
              Il1 O0 rn m · “quoted” – 4,120 rows · äöü · العربية · 日本語
            </p>
          </div>
        ))}
        <div>
          <h2 className="token-name">in an answer</h2>
          <Message message={ANSWER} />
        </div>
      </div>
    </TokenPage>
  );
}
