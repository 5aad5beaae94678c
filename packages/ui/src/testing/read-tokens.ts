import styles from "../styles/tokens.css?raw";

/** A seed of the theme as its style sheet declares it, without `--unsay-`. */
export interface Token {
  readonly name: string;
  readonly value: string;
}

const SEEDS = /:where\(\.unsay-root\) \{([^{}]*)\}/u.exec(styles)?.[1] ?? "";

/** All seeds, in the order in which they are declared. */
export const TOKENS: readonly Token[] = [...SEEDS.matchAll(/--unsay-([\w-]+):\s*([^;]+);/gu)].map(([, name = "", value = ""]) => ({
  name,
  value: value.replace(/\s+/gu, " "),
}));

/** Seeds that are a colour of their own, for light and for dark. */
export const COLOR_TOKENS: readonly Token[] = TOKENS.filter(({ value }) => value.startsWith("light-dark(oklch("));

/** Seeds that are neither a colour nor made of others. */
export const PLAIN_TOKENS: readonly Token[] = TOKENS.filter(({ value }) => !/^light-dark\(|^calc\(/u.test(value));

/** Seeds whose value hangs on another, also by way of a third. */
export function tokensBehind(source: string): readonly Token[] {
  const behind = new Set([source]);
  for (const { name, value } of TOKENS) if ([...behind].some((known) => value.includes(`var(--unsay-${known})`))) behind.add(name);
  return TOKENS.filter(({ name }) => name !== source && behind.has(name));
}

/** The values of `data-density` and what each makes of the seed. */
export const DENSITIES: readonly (readonly [name: string, factor: string])[] = [
  ...styles.matchAll(/\.unsay-root\[data-density="(\w+)"\],[^{}]*\{\s*--unsay-density: ([\d.]+);/gu),
].map(([, name = "", factor = ""]) => [name, factor] as const);

const sheets = import.meta.glob("../**/*.css", { query: "?raw", import: "default", eager: true }) as Record<string, string>;

export interface TokenUse {
  readonly file: string;
  readonly selector: string;
  readonly declaration: string;
}

/** Where the style sheets read a seed. */
export function usesOf(name: string): readonly TokenUse[] {
  return Object.entries(sheets).flatMap(([file, css]) =>
    [...css.replace(/\/\*[^]*?\*\//gu, "").matchAll(/([^{};]+)\{([^{}]*)\}/gu)].flatMap(([, selector = "", body = ""]) =>
      body
        .split(";")
        .map((declaration) => declaration.trim().replace(/\s+/gu, " "))
        .filter((declaration) => declaration.includes(`var(--unsay-${name})`) && !declaration.startsWith("--unsay-"))
        .map((declaration) => ({ file: file.replace("../", ""), selector: bare(selector), declaration })),
    ),
  );
}

/** Every selector stands in `:where()`, which says nothing about what it selects. */
function bare(selector: string): string {
  return selector.trim().replace(/\s+/gu, " ").replaceAll(":where(", "(");
}
