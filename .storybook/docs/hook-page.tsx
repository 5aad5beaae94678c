import type { Meta, StoryObj } from "@storybook/react-vite";
import type { ReactElement, ReactNode } from "react";
import { defaultKeys } from "../../packages/react/src/keys/key-bindings.js";
import { TokenTable } from "../../packages/ui/src/testing/token-page.js";
import { describeHook, exampleOf, type HookFacts } from "./describe-hook.js";

const hooks = import.meta.glob(["../../packages/react/src/**/*.{ts,tsx}", "!**/*.test.*"], {
  query: "?raw",
  import: "default",
  eager: true,
});
const examples = import.meta.glob("../../packages/ui/src/testing/hook-examples.test.tsx", {
  query: "?raw",
  import: "default",
  eager: true,
});
const kit = import.meta.glob(["../../packages/ui/src/**/*.{ts,tsx}", "!**/*.{test,stories}.*"], {
  query: "?raw",
  import: "default",
  eager: true,
});

const meta: Meta = { parameters: { a11y: { test: "error" } } };
export default meta;

/** The page of one hook. Which one, the title says; `main.ts` makes a title for each that is exported. */
export const Hook: StoryObj = { render: (_args, { title }) => <HookPage name={title.split("/").at(-1) ?? ""} /> };

function HookPage({ name }: { readonly name: string }): ReactElement {
  const facts = describeHook(name, hooks as Record<string, string>);
  if (facts === null) return <p>No source exports {name}.</p>;
  return (
    <div className="hook-page">
      <style>{LAYOUT}</style>
      <h1>{name}</h1>
      <p>{facts.about}</p>
      <Code title="Signature">{facts.signature}</Code>
      <Example name={name} />
      <Behaviour facts={facts} />
      {facts.shapes.map((shape) => (
        <TokenTable
          key={shape.name}
          caption={shape.name}
          head={["Member", "Type", "What it is"]}
          rows={shape.members.map((member) => [member.name, member.type, member.about])}
        />
      ))}
      <p className="hook-file">{facts.file.replace("../../", "")}</p>
    </div>
  );
}

function Code({ title, children }: { readonly title: string; readonly children: string }): ReactElement {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <pre dir="ltr" tabIndex={0} aria-label={title}>
        <code>{children}</code>
      </pre>
    </section>
  );
}

/** The shortest use of it: among the examples, or else in the kit itself. */
function Example({ name }: { readonly name: string }): ReactNode {
  const own = exampleOf(name, examples as Record<string, string>);
  const code = own ?? exampleOf(name, kit as Record<string, string>);
  if (code === null) return null;
  return (
    <Code
      title={own === null ? "In the kit" : "Example"}
    >{`import { ${name} } from "@unsay/react";\n\n${code.replace("): ReactNode {", ") {")}`}</Code>
  );
}

function Behaviour({ facts: { keys, attributes } }: { readonly facts: HookFacts }): ReactElement {
  return (
    <>
      {keys.length === 0 ? null : <TokenTable caption="Keys" head={["Key", "Action"]} rows={keys.map(keyRow)} />}
      {attributes.length === 0 ? null : (
        <TokenTable caption="Roles and attributes" head={["It sets"]} rows={attributes.map((attribute) => [attribute])} />
      )}
    </>
  );
}

function keyRow(key: string): readonly string[] {
  const chords = Object.entries(defaultKeys).find(([action]) => action === key)?.[1];
  return chords === undefined ? [key, "its own"] : [[chords].flat().join(", "), key];
}

const LAYOUT = `
  .hook-page { display: grid; gap: 16px; justify-items: start; max-inline-size: 960px; }
  .hook-page > * { max-inline-size: 100%; min-inline-size: 0; }
  .hook-page h1 { margin: 0; font: 600 1.25rem/1.4 var(--unsay-font-mono); }
  .hook-page h2 { margin: 0 0 4px; font-size: .8125rem; font-weight: 600; }
  .hook-page p { margin: 0; max-inline-size: var(--unsay-measure); }
  .hook-page pre { margin: 0; padding: 10px 14px; overflow-x: auto; border-radius: var(--unsay-radius-2); background: var(--unsay-sunken); font: .8125rem/1.55 var(--unsay-font-mono); }
  .hook-file { color: var(--unsay-fg-subtle); font: .75rem/1.4 var(--unsay-font-mono); }
  .token-table { overflow-x: auto; }
  .token-table table { border-collapse: collapse; font-size: .8125rem; }
  .token-table caption { font-weight: 600; text-align: start; }
  .token-table :is(th, td) { padding: 4px 16px 4px 0; border-block-end: 1px solid var(--unsay-border); font-weight: 400; text-align: start; vertical-align: baseline; }
  .token-table :is(th, caption) { white-space: nowrap; }
  .token-table td:nth-child(3) code { font-family: inherit; font-size: inherit; }
  .token-table code { font-family: var(--unsay-font-mono); font-size: .75rem; overflow-wrap: anywhere; }
`;
