import { useState, type ReactElement, type ReactNode } from "react";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { cdp, page, userEvent } from "vitest/browser";
import { render } from "vitest-browser-react";
import { createFakeClock, type FakeClock, type ScriptedTransport } from "@unsay/core/testing";
import { callIdOf, createGateTransport, decisionsOf, EMAIL_CALL, GateStage, ROWS_CALL, type Ask } from "../testing/gate-stage.js";
import { pass } from "../testing/passing.js";
import type { ApprovalSettings } from "./approval-settings.js";
import type { DescribeCall } from "./describe-call.js";
import "../styles/index.css";

beforeEach(() => page.viewport(700, 800));

let move: (px: number) => void = () => {};

function Movable({ children }: { readonly children: ReactNode }): ReactElement {
  const [top, setTop] = useState(0);
  move = setTop;
  return <div style={{ paddingBlockStart: top }}>{children}</div>;
}

interface Stage {
  readonly clock: FakeClock;
  readonly transport: ScriptedTransport;
  readonly container: HTMLElement;
  readonly part: (name: string) => HTMLElement;
  readonly decided: () => readonly (string | undefined)[];
}

async function stage(ask: Ask, settings: ApprovalSettings = {}, describeCall?: DescribeCall): Promise<Stage> {
  const clock = createFakeClock();
  const transport = createGateTransport(ask, { clock });
  const { container } = await render(
    <div className="unsay-root">
      <input aria-label="elsewhere" />
      <Movable>
        <GateStage
          transport={transport}
          clock={clock}
          settings={settings}
          {...(describeCall === undefined ? {} : { describe: describeCall })}
        />
      </Movable>
      <div style={{ blockSize: 1_000 }} />
    </div>,
  );
  await vi.waitFor(async () => {
    await clock.advance(20);
    expect(container.querySelector('[data-unsay="approval-gate"][data-status="open"]')).not.toBeNull();
  });
  const part = (name: string): HTMLElement => container.querySelector(`[data-unsay="approval-gate.${name}"]`) as HTMLElement;
  return { clock, transport, container, part, decided: () => decisionsOf(transport).map(({ items }) => items[0]?.decision) };
}

function isOff(button: HTMLElement): boolean {
  return button.getAttribute("aria-disabled") === "true";
}

const TIER_2: Ask = { calls: [EMAIL_CALL] };
const TIER_3: Ask = { calls: [ROWS_CALL] };

describe("statement 72: Approve ignores input for 500 ms", () => {
  test("after the first paint in view", async () => {
    const { clock, part, decided } = await stage(TIER_2);
    await userEvent.click(part("approve"), { force: true });
    await pass(clock, 100);
    expect(decided()).toEqual([]);
    await pass(clock, 1_100);
    await userEvent.click(part("approve"));
    await pass(clock, 50);
    expect(decided()).toEqual(["approve"]);
  });

  test("after it moved, by as little as a line", async () => {
    const { clock, part, decided } = await stage(TIER_2);
    await pass(clock, 700);
    expect(isOff(part("approve"))).toBe(false);
    move(24);
    await vi.waitFor(() => expect(part("approve").getBoundingClientRect().top).toBeGreaterThan(24));
    // Before it has been looked at again: the press itself sees that the gate is somewhere else.
    await userEvent.click(part("approve"));
    await pass(clock, 150);
    expect(isOff(part("approve"))).toBe(true);
    expect(decided()).toEqual([]);
    await pass(clock, 700);
    expect(isOff(part("approve"))).toBe(false);
  });

  test("after it came back into view, and all the while it is out of it", async () => {
    const { clock, part } = await stage(TIER_2);
    await pass(clock, 700);
    window.scrollTo(0, 600);
    await pass(clock, 1_000);
    expect(isOff(part("approve"))).toBe(true);
    window.scrollTo(0, 0);
    await pass(clock, 300);
    expect(isOff(part("approve"))).toBe(true);
    await pass(clock, 500);
    expect(isOff(part("approve"))).toBe(false);
  });

  test.each(["focus", "visibilitychange"])("after the window or the tab came to the front (%s)", async (type) => {
    const { clock, part } = await stage(TIER_2);
    await pass(clock, 700);
    (type === "focus" ? window : document).dispatchEvent(new Event(type));
    await vi.waitFor(() => expect(isOff(part("approve"))).toBe(true));
    await pass(clock, 700);
    expect(isOff(part("approve"))).toBe(false);
  });
});

test("statement 73: clicks that follow each other within 500 ms start the guard again, wherever they land", async () => {
  const { clock, container, part, decided } = await stage(TIER_2);
  await pass(clock, 700);
  await userEvent.click(container.querySelector("input") as HTMLElement);
  await pass(clock, 100);
  await userEvent.click(part("approve"));
  await pass(clock, 100);
  expect(decided()).toEqual([]);
  expect(isOff(part("approve"))).toBe(true);
});

test("statement 73: of a double click neither half approves what is not armed, and the second never", async () => {
  const { clock, part, decided } = await stage(TIER_2);
  await userEvent.dblClick(part("approve"), { force: true });
  await pass(clock, 1_000);
  expect(decided()).toEqual([]);
});

test("statement 74: a key that was down before, or is held, approves nothing; one that goes down and up after does", async () => {
  const { clock, part, decided } = await stage(TIER_2);
  part("approve").focus();
  await userEvent.keyboard("{Enter>}");
  await pass(clock, 700);
  await userEvent.keyboard("{/Enter}");
  await pass(clock, 50);
  expect(decided()).toEqual([]);
  await pass(clock, 700);
  part("approve").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", repeat: true, bubbles: true, cancelable: true }));
  await pass(clock, 50);
  expect(decided()).toEqual([]);
  await userEvent.keyboard("{Enter}");
  await pass(clock, 50);
  expect(decided()).toEqual(["approve"]);
});

test("statement 75: what a script presses counts for nothing", async () => {
  const { clock, part, decided } = await stage(TIER_2);
  await pass(clock, 700);
  const { left, top } = part("approve").getBoundingClientRect();
  const at = { bubbles: true, clientX: left + 5, clientY: top + 5 };
  part("approve").click();
  part("approve").dispatchEvent(new PointerEvent("pointerdown", at));
  part("approve").dispatchEvent(new PointerEvent("pointerup", at));
  part("approve").dispatchEvent(new MouseEvent("click", { ...at, detail: 1 }));
  for (const type of ["keydown", "keyup"]) part("approve").dispatchEvent(new KeyboardEvent(type, { key: "Enter", bubbles: true }));
  await pass(clock, 50);
  expect(decided()).toEqual([]);
});

test("statement 76: Reject is never guarded", async () => {
  const { clock, part, decided } = await stage(TIER_3);
  await userEvent.click(part("reject"));
  await pass(clock, 50);
  expect(decided()).toEqual(["reject"]);
});

test("statement 70: a gate takes no focus and scrolls nothing when it comes, and keys go on to where they went", async () => {
  const { container, clock } = await stage(TIER_2);
  const field = container.querySelector("input") as HTMLInputElement;
  expect(container.querySelector('[data-unsay="approval-gate"]')?.contains(document.activeElement)).toBe(false);
  expect(window.scrollY).toBe(0);
  field.focus();
  await userEvent.keyboard("still typing");
  await pass(clock, 100);
  expect(field.value).toBe("still typing");
});

const LONG: DescribeCall = () => ({
  title: "Run the script?",
  approveLabel: "Run the script",
  effect: { kind: "command", command: [...Array.from({ length: 399 }, (_, at) => `echo ${at}`), "rm -rf /srv"].join("\n") },
});

describe("statement 79: tier 3 waits until what would happen has been seen", () => {
  test("a preview must have stood half in view for a second", async () => {
    const { clock, part } = await stage(TIER_3);
    await pass(clock, 800);
    expect(isOff(part("approve"))).toBe(true);
    await pass(clock, 500);
    expect(isOff(part("approve"))).toBe(false);
  });

  test("B1: a long one is opened and scrolled to its end first, where the rm is", async () => {
    const { clock, container, part } = await stage(TIER_3, {}, LONG);
    await pass(clock, 3_000);
    expect(isOff(part("approve"))).toBe(true);
    expect(container.textContent).toContain("Open or scroll to the end");
    expect(container.textContent).toContain("deletes files");
    await userEvent.click(container.querySelector('[data-unsay="effect-preview"] button') as HTMLElement);
    await pass(clock, 3_000);
    expect(isOff(part("approve"))).toBe(true);
    const preview = part("preview");
    expect(preview.scrollHeight).toBeGreaterThan(preview.clientHeight);
    expect(preview.tabIndex).toBe(0);
    preview.scrollTo(0, preview.scrollHeight);
    await pass(clock, 2_000);
    expect(isOff(part("approve"))).toBe(false);
  });
});

describe("statement 80: hold", () => {
  async function armedHold(): Promise<Stage & { readonly at: { x: number; y: number } }> {
    const set = await stage(TIER_3);
    await pass(set.clock, 2_000);
    expect(isOff(set.part("approve"))).toBe(false);
    const { left, top, width, height } = set.part("approve").getBoundingClientRect();
    return { ...set, at: { x: left + width / 2, y: top + height / 2 } };
  }

  test("decides on release, once full", async () => {
    const { clock, part, decided, at } = await armedHold();
    await mouse("mousePressed", at);
    await vi.waitFor(() => expect(part("approve").dataset["holding"]).toBe(""));
    await pass(clock, 1_250);
    expect(decided()).toEqual([]);
    expect(part("hold-hint").querySelector("[data-shown]")?.textContent).toBe("Let go to confirm.");
    await mouse("mouseReleased", at);
    await vi.waitFor(async () => {
      await clock.advance(10);
      expect(decided()).toEqual(["approve"]);
    });
  });

  test.each([
    ["letting go early", async (at: Point) => mouse("mouseReleased", at)],
    ["leaving", async (at: Point) => mouse("mouseMoved", { x: at.x, y: at.y + 200 })],
    ["Escape", async () => userEvent.keyboard("{Escape}")],
    ["a window that goes to the back", async () => window.dispatchEvent(new Event("blur"))],
    ["a scroll", async () => window.scrollTo(0, 5)],
  ])("%s cancels it without penalty", async (_what, act) => {
    const { clock, part, decided, at } = await armedHold();
    await mouse("mousePressed", at);
    await vi.waitFor(() => expect(part("approve").dataset["holding"]).toBe(""));
    await pass(clock, 600);
    await act(at);
    await vi.waitFor(() => expect(part("approve").dataset["holding"]).toBeUndefined());
    await pass(clock, 1_300);
    await mouse("mouseReleased", at);
    await pass(clock, 50);
    expect(decided()).toEqual([]);
  });

  test("keys: Space is held too, its repeats are ignored, and Escape lets go without reaching further", async () => {
    const { clock, part, decided, container } = await armedHold();
    const escaped = vi.fn();
    container.addEventListener("keydown", escaped);
    part("approve").focus();
    await userEvent.keyboard("[Space>]");
    await pass(clock, 700);
    await userEvent.keyboard("{Escape}");
    await userEvent.keyboard("[/Space]");
    await pass(clock, 700);
    expect(decided()).toEqual([]);
    await userEvent.keyboard("[Space>]");
    await pass(clock, 1_300);
    expect(decided()).toEqual([]);
    await userEvent.keyboard("[/Space]");
    await pass(clock, 50);
    expect(decided()).toEqual(["approve"]);
  });

  test("a synthesised click goes two steps, in two places, each guarded", async () => {
    const clock = createFakeClock();
    const transport = createGateTransport(TIER_3, { clock });
    const { container } = await render(
      <div className="unsay-root">
        <GateStage transport={transport} clock={clock} requireTrustedInput={false} />
      </div>,
    );
    const find = (name: string): HTMLElement => container.querySelector(`[data-unsay="approval-gate.${name}"]`) as HTMLElement;
    await pass(clock, 2_000);
    find("approve").click();
    await vi.waitFor(() => expect(find("confirm")).not.toBeNull());
    expect(find("approve").textContent).toBe("Delete 214 rows");
    expect(find("approve").dataset["mechanism"]).toBe("two-step");
    find("approve").click();
    await pass(clock, 50);
    expect(decisionsOf(transport)).toEqual([]);
    await pass(clock, 2_000);
    find("approve").click();
    await pass(clock, 50);
    expect(decisionsOf(transport)).toHaveLength(1);
  });
});

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The mouse of the browser itself, in the frame that the tests run in. */
async function mouse(type: "mousePressed" | "mouseReleased" | "mouseMoved", { x, y }: Point): Promise<void> {
  const frame = window.frameElement?.getBoundingClientRect();
  const scale = frame === undefined ? 1 : frame.width / window.innerWidth;
  await cdp().send("Input.dispatchMouseEvent", {
    type,
    x: (frame?.left ?? 0) + x * scale,
    y: (frame?.top ?? 0) + y * scale,
    button: "left",
    buttons: type === "mouseReleased" ? 0 : 1,
    clickCount: 1,
  });
}

test("statement 81: a decision carries the approval and the hash of the arguments that were shown", async () => {
  const { clock, part, transport } = await stage(TIER_2);
  await pass(clock, 700);
  await userEvent.click(part("approve"));
  await pass(clock, 50);
  const [command] = decisionsOf(transport);
  expect(command).toMatchObject({ approval: "approval-0", items: [{ call: callIdOf(EMAIL_CALL), decision: "approve" }] });
  expect(command?.items[0]?.argsHash).not.toBe("");
});

test("keys: the whole gate by keyboard alone: to its title, to Approve, and held", async () => {
  const { clock, part, decided, container } = await stage(TIER_3);
  await pass(clock, 2_000);
  container.querySelector("input")?.focus();
  const passed: (string | null | undefined)[] = [];
  for (let step = 0; step < 12 && document.activeElement !== part("approve"); step += 1) {
    await userEvent.keyboard("{Tab}");
    passed.push(document.activeElement?.getAttribute("data-unsay"));
  }
  expect(passed).toEqual(["approval-gate.reject", "approval-gate.reason-toggle", "approval-gate.approve"]);
  await userEvent.keyboard("{Enter>}");
  await pass(clock, 1_300);
  await userEvent.keyboard("{/Enter}");
  await pass(clock, 50);
  expect(decided()).toEqual(["approve"]);
});
