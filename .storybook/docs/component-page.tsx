import { Controls, Description, Primary, Stories, Subtitle, Title, useOf } from "@storybook/addon-docs/blocks";
import type { ReactElement, ReactNode } from "react";
import { defaultKeys } from "../../packages/react/src/keys/key-bindings.js";
import { describeComponent, type ComponentFacts } from "./describe-component.js";

const sources = import.meta.glob(["../../packages/ui/src/**/*.{tsx,css}", "../../packages/react/src/**/*.ts", "!**/*.{test,stories}.*"], {
  query: "?raw",
  import: "default",
  eager: true,
}) as Record<string, string>;

/** The page of a component: its stories, its props, and what its source says of its parts, attributes, variables and keys. */
export function ComponentPage(): ReactElement {
  return (
    <>
      <Title />
      <Subtitle />
      <Description />
      <Primary />
      <Controls />
      <Facts />
      <Stories />
    </>
  );
}

function Facts(): ReactNode {
  const { preparedMeta } = useOf("meta", ["meta"]);
  const components = [preparedMeta.component, ...Object.values(preparedMeta.subcomponents ?? {})];
  return components.map((component) => {
    const name = nameOf(component);
    const facts = name === undefined ? null : describeComponent(name, sources);
    return facts === null ? null : <FactsOf key={name} name={name ?? ""} facts={facts} />;
  });
}

function nameOf(component: unknown): string | undefined {
  const named = component as
    | { readonly displayName?: string; readonly name?: string; readonly type?: { readonly displayName?: string } }
    | undefined;
  return named?.displayName ?? named?.type?.displayName ?? named?.name;
}

function FactsOf({ name, facts }: { readonly name: string; readonly facts: ComponentFacts }): ReactElement {
  return (
    <>
      <h2>{name}: anatomy</h2>
      <Table head={["Part", "Element"]} rows={facts.parts.map((part) => [part.name, part.element])} />
      <Table head={["Attribute"]} rows={facts.attributes.map((attribute) => [attribute])} />
      <Table head={["Variable"]} rows={facts.variables.map((variable) => [variable])} />
      <Table head={["Key", "Action"]} rows={facts.keys.map(keyRow)} />
    </>
  );
}

function keyRow(key: string): readonly string[] {
  const chords = Object.entries(defaultKeys).find(([action]) => action === key)?.[1];
  return chords === undefined ? [key, "its own"] : [[chords].flat().join(", "), key];
}

function Table({ head, rows }: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }): ReactNode {
  if (rows.length === 0) return null;
  return (
    <table>
      <thead>
        <tr>
          {head.map((cell) => (
            <th key={cell}>{cell}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, place) => (
          <tr key={place}>
            {row.map((cell, column) => (
              <td key={column}>
                <code>{cell}</code>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
