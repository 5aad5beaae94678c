/** A seed of the theme as its style sheet declares it, without `--unsay-`. */
export interface Token {
  readonly name: string;
  readonly value: string;
}

/** What `tokens.css` says. Pages about tokens take it as text, so that they show what is there and no list of their own. */
export interface Tokens {
  /** In the order in which they are declared. */
  readonly all: readonly Token[];
  /** Seeds that are a colour of their own, for light and for dark. */
  readonly colors: readonly Token[];
  /** Seeds that are neither a colour nor made of others. */
  readonly plain: readonly Token[];
  /** Values of `data-density`, and what each makes of the seed. */
  readonly densities: Readonly<Record<string, string>>;
}

export function readTokens(css: string): Tokens {
  const seeds = /:where\(\.unsay-root\) \{([^{}]*)\}/u.exec(css)?.[1] ?? "";
  const all = [...seeds.matchAll(/--unsay-([\w-]+):\s*([^;]+);/gu)].map(([, name = "", value = ""]) => ({
    name,
    value: value.replace(/\s+/gu, " "),
  }));
  return {
    all,
    colors: all.filter(({ value }) => value.startsWith("light-dark(oklch(")),
    plain: all.filter(({ value }) => !/^(?:light-dark|calc)\(/u.test(value)),
    densities: { comfortable: all.find(({ name }) => name === "density")?.value ?? "", ...densitiesIn(css) },
  };
}

function densitiesIn(css: string): Readonly<Record<string, string>> {
  const rules = css.matchAll(/\.unsay-root\[data-density="(\w+)"\],[^{}]*\{\s*--unsay-density: ([\d.]+);/gu);
  return Object.fromEntries([...rules].map(([, name = "", factor = ""]) => [name, factor]));
}

/** Seeds whose value hangs on another, also by way of a third. */
export function tokensBehind(source: string, { all }: Tokens): readonly Token[] {
  const behind = new Set([source]);
  for (const { name, value } of all) if ([...behind].some((known) => value.includes(`var(--unsay-${known})`))) behind.add(name);
  return all.filter(({ name }) => name !== source && behind.has(name));
}

export interface TokenUse {
  readonly file: string;
  readonly selector: string;
  readonly declaration: string;
}

/** Where style sheets read a seed. `sheets`: paths with their text. */
export function usesOf(name: string, sheets: Readonly<Record<string, string>>): readonly TokenUse[] {
  return Object.entries(sheets).flatMap(([file, css]) =>
    [...css.replace(/\/\*[^]*?\*\//gu, "").matchAll(/([^{};]+)\{([^{}]*)\}/gu)].flatMap(([, selector = "", body = ""]) =>
      body
        .split(";")
        .map((declaration) => declaration.trim().replace(/\s+/gu, " "))
        .filter((declaration) => declaration.includes(`var(--unsay-${name})`) && !declaration.startsWith("--unsay-"))
        .map((declaration) => ({ file, selector: bare(selector), declaration })),
    ),
  );
}

/** Every selector stands in `:where()`, which says nothing about what it selects. */
function bare(selector: string): string {
  return selector.trim().replace(/\s+/gu, " ").replaceAll(":where(", "(");
}
