import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { describeComponent } from "../.storybook/docs/describe-component.js";

const PACKAGES = fileURLToPath(new URL("../packages/", import.meta.url));
const files = globSync(["ui/src/**/*.{tsx,css}", "react/src/**/*.ts"], { cwd: PACKAGES }).filter(
  (file) => !/\.(test|stories)\./u.test(file),
);
const sources = Object.fromEntries(files.map((file) => [file, readFileSync(PACKAGES + file, "utf8")]));

describe("facts on the page of a component", () => {
  it("are read from its source, its style and the hooks that it calls", () => {
    const facts = describeComponent("Composer", sources);
    expect(facts?.parts).toEqual(
      expect.arrayContaining([
        { name: "composer", element: "form" },
        { name: "composer.input", element: "textarea" },
        { name: "composer.submit", element: "Button" },
      ]),
    );
    expect(facts?.attributes).toEqual(expect.arrayContaining(["data-mode", "data-composing", "aria-describedby"]));
    expect(facts?.variables).toEqual(expect.arrayContaining(["--unsay-composer-bg", "--unsay-composer-border"]));
    expect(facts?.keys).toEqual(expect.arrayContaining(["send", "steer", "otherFollowUp", "editQueued"]));
  });

  it("are there for each component of the kit that stories show", () => {
    const front = readFileSync(`${PACKAGES}ui/src/index.ts`, "utf8");
    const shown = globSync("ui/src/**/*.stories.tsx", { cwd: PACKAGES }).flatMap((file) =>
      [...readFileSync(PACKAGES + file, "utf8").matchAll(/\bcomponent: (\w+)/gu)]
        .map(([, name = ""]) => name)
        .filter((name) => new RegExp(`\\b${name}\\b`, "u").test(front)),
    );
    expect(shown.length).toBeGreaterThan(5);
    expect(shown.filter((name) => describeComponent(name, sources) === null)).toEqual([]);
  });

  it("are null for what no file makes", () => {
    expect(describeComponent("Nothing", sources)).toBeNull();
  });
});
