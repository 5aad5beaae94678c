import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { describeHook, exampleOf } from "../.storybook/docs/describe-hook.js";
import { hooksExportedBy } from "../.storybook/docs/hooks-exported-by.js";

const PACKAGES = fileURLToPath(new URL("../packages/", import.meta.url));

function read(...patterns: readonly string[]): Readonly<Record<string, string>> {
  const files = globSync(patterns, { cwd: PACKAGES }).filter((file) => !/(?<!hook-examples)\.(test|stories)\./u.test(file));
  return Object.fromEntries(files.map((file) => [file, readFileSync(PACKAGES + file, "utf8")]));
}

const react = read("react/src/**/*.{ts,tsx}");
const kit = read("ui/src/**/*.{ts,tsx}");
const hooks = hooksExportedBy(react["react/src/index.ts"] ?? "", react["react/src/base.ts"] ?? "");

describe("the page of a hook", () => {
  it("is there for each that the package exports, with words about it and a piece of code that calls it", () => {
    expect(hooks.length).toBeGreaterThan(40);
    const facts = hooks.map((name) => describeHook(name, react));
    expect(hooks.filter((_name, place) => (facts[place]?.about ?? "") === "")).toEqual([]);
    expect(hooks.filter((name) => exampleOf(name, kit) === null)).toEqual([]);
  });

  it("says what it takes and gives, what its prop getters set and which keys it answers", () => {
    const menu = describeHook("useMenu", react);
    expect(menu?.signature).toBe("function useMenu(defaultOpen = false): UseMenuResult");
    expect(menu?.shapes[0]?.members.map(({ name }) => name)).toEqual(["isOpen", "close", "getButtonProps", "getMenuProps", "getItemProps"]);
    expect(menu?.attributes).toEqual(expect.arrayContaining(['role="menu"', 'role="menuitem"', "aria-expanded"]));
    expect(menu?.keys).toContain("Escape");
    const composer = describeHook("useComposer", react);
    expect(composer?.keys).toEqual(["steer", "otherFollowUp", "send", "editQueued"]);
    expect(composer?.shapes[0]?.members.find(({ name }) => name === "followUp?")?.about).toBe(
      "What Enter does while the agent works; `redirect` by default.",
    );
  });

  it("is null for what no file makes", () => {
    expect(describeHook("useNothing", react)).toBeNull();
  });
});
