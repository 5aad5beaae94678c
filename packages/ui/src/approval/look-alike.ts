/** Letters of other alphabets, and signs, that are drawn like one of these. */
const DRAWN_ALIKE: Readonly<Record<string, string>> = {
  a: "аαɑ",
  b: "ьƅ",
  c: "сϲ",
  d: "ԁ",
  e: "еєҽ",
  g: "ɡց",
  h: "һհ",
  i: "іıιꙇ",
  j: "јϳ",
  k: "кκ",
  l: "1|ӏ∣ⅼǀ!",
  m: "мⅿ",
  n: "пռη",
  o: "0оοօσ",
  p: "рρ",
  q: "ԛգ",
  r: "гᴦ",
  s: "ѕꜱ$",
  t: "тτ",
  u: "υսᴜ",
  v: "ѵνᴠ",
  w: "ԝѡω",
  x: "хχ×",
  y: "уγү",
  z: "ᴢ",
};

const LETTER_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(DRAWN_ALIKE).flatMap(([letter, others]) => Array.from(others, (other) => [other, letter] as const)),
);

/** What a name looks like at a glance. Two names with one skeleton can be taken for each other. */
export function skeletonOf(name: string): string {
  const plain = name.normalize("NFKD").replace(/I/gu, "l").toLowerCase();
  const letters = Array.from(plain, (character) => LETTER_OF.get(character) ?? character).join("");
  return letters
    .replace(/[\p{M}\p{Cf}\p{Cc}\s._-]/gu, "")
    .replaceAll("rn", "m")
    .replaceAll("vv", "w")
    .replaceAll("cl", "d");
}

export type NameDoubt = { readonly kind: "odd" } | { readonly kind: "looks-like"; readonly other: string };

const PLAIN_NAME = /^[A-Za-z0-9_.-]{1,64}$/u;

/** Why a tool's name may not be what it seems; `null` where nothing speaks against it. `known` are the app's own tools. */
export function doubtOfName(name: string, known: readonly string[] = []): NameDoubt | null {
  const skeleton = skeletonOf(name);
  const other = known.find((candidate) => candidate !== name && skeletonOf(candidate) === skeleton);
  if (other !== undefined && !known.includes(name)) return { kind: "looks-like", other };
  return PLAIN_NAME.test(name) ? null : { kind: "odd" };
}
