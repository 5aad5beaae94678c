import { describe, expect, it } from "vitest";
import { page } from "vitest/browser";
import { render } from "vitest-browser-react";
import { createFakeClock, createScriptedTransport, scripts } from "@unsay/core/testing";
import { StateAtlas } from "../testing/state-atlas.js";
import { Chat } from "../thread/chat.js";
import { UnsayRoot, type UnsayRootProps } from "../thread/unsay-root.js";
import styles from "./index.css?inline";
import "./index.css";

/** A custom property, which the type of styles does not know. */
const BY_FINGER = { "--unsay-target": "44px" } as UnsayRootProps["style"];

/** Everything that can be pressed and does not stand in a line of text, with its size where that is too small. */
function smallTargets(root: Element, least: number): readonly string[] {
  return Array.from(root.querySelectorAll<HTMLElement>("button, input, textarea, select, summary"))
    .filter((element) => element.offsetParent !== null && !element.matches(".unsay-ref, .unsay-link-button, .unsay-visually-hidden *"))
    .filter((element) => Math.min(element.offsetHeight, element.offsetWidth) < least)
    .map(
      (element) => `${element.className || element.localName} “${element.textContent}” ${element.offsetWidth} × ${element.offsetHeight}`,
    );
}

/** A reference in a line is as large as the least that WCAG allows, whatever the line. */
function smallReferences(root: Element): readonly string[] {
  return Array.from(root.querySelectorAll<HTMLElement>(".unsay-ref"))
    .filter((element) => Math.min(element.offsetHeight, element.offsetWidth) < 24)
    .map((element) => element.textContent ?? "");
}

describe("statement 100: what can be pressed", () => {
  it.each([
    ["by mouse", 32, {}],
    ["by finger", 44, { style: BY_FINGER }],
  ] as const satisfies readonly (readonly [string, number, UnsayRootProps])[])(
    "%s is %i px in every state of an answer and its calls",
    async (_hand, least, root) => {
      await page.viewport(900, 900);
      const { container } = await render(
        <UnsayRoot {...root}>
          <StateAtlas />
        </UnsayRoot>,
      );
      expect([smallTargets(container, least), smallReferences(container)]).toEqual([[], []]);
    },
  );

  it("and in the composer and beside a message, by finger", async () => {
    const clock = createFakeClock();
    const transport = createScriptedTransport(scripts.complete, { clock });
    const { container, getByRole } = await render(
      <Chat transport={transport} clock={clock} threadId={crypto.randomUUID()} legend style={BY_FINGER} />,
    );
    await getByRole("textbox", { name: "Message" }).fill("Go");
    await getByRole("button", { name: "Send" }).click();
    await clock.advance(30_000);
    expect(smallTargets(container, 44)).toEqual([]);
  });

  it("a finger is told by the coarse pointer", () => {
    expect(styles.replace(/\s+/gu, " ")).toMatch(/@media \(pointer: coarse\) \{ :where\(\.unsay-root\) \{ --unsay-target: 44px;/u);
  });
});
