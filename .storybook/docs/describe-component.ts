/** What a component's own source says of it, for its page: nothing here is written by hand. */

export interface ComponentFacts {
  /** Values of `data-unsay` and the element each stands on. */
  readonly parts: readonly { readonly name: string; readonly element: string }[];
  /** Other `data-` attributes that it sets, and `aria-` ones. */
  readonly attributes: readonly string[];
  /** Custom properties that its style reads. */
  readonly variables: readonly string[];
  /** Actions of the key map that it answers, and keys it handles itself. */
  readonly keys: readonly string[];
}

/** `sources`: paths with their text. The file that makes the component is read, and the one that draws its element where that is another. */
export function describeComponent(name: string, sources: Readonly<Record<string, string>>): ComponentFacts | null {
  const path = Object.keys(sources).find((candidate) => definesComponent(sources[candidate] ?? "", name));
  if (path === undefined) return null;
  const code = withDrawer(sources[path] ?? "", sources);
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const styles = Object.entries(sources).filter(([file]) => file.startsWith(folder) && file.endsWith(".css"));
  return {
    parts: partsOf(code),
    attributes: attributesOf(code),
    variables: variablesOf(classesOf(code), styles.map(([, css]) => css).join("\n")),
    keys: keysOf(code, sources),
  };
}

/** Who is given the `ref` draws the element. */
function withDrawer(code: string, sources: Readonly<Record<string, string>>): string {
  const drawer = /<([A-Z]\w+)[^>]*\sref=\{ref\}/u.exec(code)?.[1];
  const found = drawer === undefined ? undefined : Object.values(sources).find((text) => definesComponent(text, drawer));
  return found === undefined || found === code ? code : `${code}\n${found}`;
}

function definesComponent(code: string, name: string): boolean {
  return new RegExp(`withRef(<[^>]*>)?\\(\\s*"${name}"|export function ${name}\\(`, "u").test(code);
}

function partsOf(code: string): ComponentFacts["parts"] {
  const tags = code.matchAll(/<([a-zA-Z]+)(?=[^<>]*?data-unsay="([\w.-]+)")/gu);
  const found = new Map([...tags].map(([, element = "", part = ""]) => [part, element]));
  return [...found].map(([part, element]) => ({ name: part, element }));
}

export function attributesOf(code: string): readonly string[] {
  const names = [...code.matchAll(/\b((?:data|aria)-[a-z-]+)(?==|"?:)/gu)].map(([, attribute = ""]) => attribute);
  return unique(names).filter((attribute) => attribute !== "data-unsay");
}

function classesOf(code: string): readonly string[] {
  return unique([...code.matchAll(/\bunsay-[a-z-]+/gu)].map(([found]) => found));
}

/** Of the rules whose selector names one of the classes. */
function variablesOf(classes: readonly string[], css: string): readonly string[] {
  const rules = [...css.matchAll(/([^{};]+)\{([^{}]*)\}/gu)].filter(([, selector = ""]) =>
    classes.some((name) => new RegExp(`\\.${name}(?![\\w-])`, "u").test(selector)),
  );
  const read = rules.flatMap(([, , body = ""]) => [...body.matchAll(/var\((--unsay-[a-z0-9-]+)/gu)].map(([, variable = ""]) => variable));
  return unique(read).toSorted();
}

/** Its own, and those of the hooks that it calls. */
export function keysOf(code: string, sources: Readonly<Record<string, string>>): readonly string[] {
  const read = new Set([code]);
  for (const text of read) for (const hook of hooksOf(text, sources)) read.add(hook);
  return keysIn([...read]);
}

function hooksOf(code: string, sources: Readonly<Record<string, string>>): readonly string[] {
  const names = unique([...code.matchAll(/\b(use[A-Z]\w+)\(/gu)].map(([, hook = ""]) => hook));
  return names.flatMap((name) => Object.values(sources).filter((text) => text.includes(`export function ${name}(`)));
}

function keysIn(read: readonly string[]): readonly string[] {
  const bound = read.flatMap((text) => [...text.matchAll(/(?<![-/])\b(?:keys|bindings)\.(\w+)/gu)].map(([, action = ""]) => action));
  const own = read.flatMap((text) => [...text.matchAll(/\.key === "([A-Z]\w*|F\d+)"/gu)].map(([, key = ""]) => key));
  return unique([...bound, ...own]);
}

function unique(list: readonly string[]): readonly string[] {
  return [...new Set(list)];
}
