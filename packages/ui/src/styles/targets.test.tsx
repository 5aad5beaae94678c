import { afterEach, describe, expect, it } from "vitest";
import { cdp, page } from "vitest/browser";
import { render } from "vitest-browser-react";
import { createFakeClock, createScriptedTransport, scripts } from "@unsay/core/testing";
import { StateAtlas } from "../testing/state-atlas.js";
import { Chat } from "../thread/chat.js";
import { UnsayRoot } from "../thread/unsay-root.js";
import "./index.css";

async function touch(enabled: boolean): Promise<void> {
  await cdp().send("Emulation.setTouchEmulationEnabled", { enabled });
  await expect.poll(() => matchMedia("(pointer: coarse)").matches).toBe(enabled);
}

afterEach(() => touch(false));

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
    [32, false],
    [44, true],
  ])("is %i px in every state of an answer and its calls (by finger: %s)", async (least, isTouch) => {
    await touch(isTouch);
    await page.viewport(900, 900);
    const { container } = await render(
      <UnsayRoot>
        <StateAtlas />
      </UnsayRoot>,
    );
    expect([smallTargets(container, least), smallReferences(container)]).toEqual([[], []]);
  });

  it("and in the composer and beside a message, by finger", async () => {
    await touch(true);
    const clock = createFakeClock();
    const { container, getByRole } = await render(
      <Chat transport={createScriptedTransport(scripts.complete, { clock })} clock={clock} threadId={crypto.randomUUID()} legend />,
    );
    await getByRole("textbox", { name: "Message" }).fill("Go");
    await getByRole("button", { name: "Send" }).click();
    await clock.advance(30_000);
    expect(smallTargets(container, 44)).toEqual([]);
  });
});
