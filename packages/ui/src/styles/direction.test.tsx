import { describe, expect, it } from "vitest";
import { render } from "vitest-browser-react";
import { MessageVersions } from "../message/message-versions.js";
import { ReasoningPart } from "../message/reasoning-part.js";
import { textPart } from "../testing/messages.js";
import { UnsayRoot } from "../thread/unsay-root.js";
import styles from "./index.css?inline";
import "./index.css";

/** Where the corner of a chevron points: the direction of its two drawn borders, turned as it is drawn. */
function pointsTo(element: Element | null): "left" | "right" | "down" | "up" {
  const drawn = getComputedStyle(element as Element, "::before");
  const isLeft = drawn.borderLeftStyle === "solid";
  const { a, b } = new DOMMatrix(drawn.transform);
  const turned = Math.atan2(b, a) + Math.atan2(1, isLeft ? -1 : 1);
  const [x, y] = [Math.cos(turned), Math.sin(turned)];
  if (Math.abs(x) > Math.abs(y)) return x > 0 ? "right" : "left";
  return y > 0 ? "down" : "up";
}

async function mount(dir: "ltr" | "rtl" | undefined) {
  const { container } = await render(
    <UnsayRoot {...(dir === undefined ? {} : { dir })}>
      <MessageVersions version={2} versions={3} onVersion={() => {}} />
      <ReasoningPart part={textPart("I look at the pool.", { id: "thinking", kind: "reasoning" })} live={false} />
    </UnsayRoot>,
  );
  const disclosure = container.querySelector<HTMLButtonElement>(".unsay-disclosure");
  const read = () => [
    pointsTo(container.querySelector('[data-step="previous"]')),
    pointsTo(container.querySelector('[data-step="next"]')),
    pointsTo(disclosure),
  ];
  return { read, open: () => disclosure?.click() };
}

describe("statement 103: arrows turn with the text", () => {
  it.each([
    ["ltr", ["left", "right", "right"]],
    ["rtl", ["right", "left", "left"]],
  ] as const)("%s, and an open disclosure points down in both", async (dir, expected) => {
    const { read, open } = await mount(dir);
    expect(read()).toEqual(expected);
    open();
    await expect.poll(() => read().at(-1)).toBe("down");
  });

  it("also where only the page says which way text runs", async () => {
    document.documentElement.dir = "rtl";
    const { read } = await mount(undefined);
    expect(read()).toEqual(["right", "left", "left"]);
    document.documentElement.removeAttribute("dir");
  });

  it("and a holding button fills from where its line begins", async () => {
    const { container } = await render(
      <UnsayRoot dir="rtl">
        <button type="button" className="unsay-button unsay-press-hold" style={{ inlineSize: 200 }}>
          Hold
        </button>
      </UnsayRoot>,
    );
    const origin = getComputedStyle(container.querySelector("button") as Element, "::after").transformOrigin;
    expect(Number.parseFloat(origin)).toBeGreaterThan(100);
  });

  it("without :dir(), which bundlers turn into a list of languages, so that a page in Hebrew script alone would be mirrored", () => {
    expect(styles.replace(/\/\*[^]*?\*\//gu, "").match(/:(?:dir|lang)\(.*/gu)).toBeNull();
  });
});
