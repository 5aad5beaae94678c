import type { CallFact } from "./describe-call.js";

const SECRET_LABEL = /pass(?:word|wd|phrase)?$|secret|token|api[-_ ]?key|private[-_ ]?key|credential|authorization/iu;

/** A field whose value is nobody's to read over a shoulder: the app says so, or its name does. */
export function isSecret({ label, secret }: CallFact): boolean {
  return secret ?? SECRET_LABEL.test(label);
}

const SIGNED_TOKEN = /^ey[\w-]+\.[\w-]+\.[\w-]*$/u;
const HOST = /^[\w-]+(?:\.[\w-]+)*\.\p{L}{2,}(?::\d+)?$/u;

/**
 * A secret with its characters hidden and about its length kept. What a danger could hide in is never masked: hosts,
 * paths, options and the words of a command.
 */
export function maskSecret(value: string, mask: (atLeast: number) => string): string {
  const isCommand = /\s/u.test(value.trim());
  return value
    .split(/(\s+)/u)
    .map((word) => (word.trim() === "" ? word : maskWord(word, isCommand, mask)))
    .join("");
}

function maskWord(word: string, isCommand: boolean, mask: (atLeast: number) => string): string {
  if (SIGNED_TOKEN.test(word)) return mask(lengthClass(word));
  const url = /^(\p{L}[\w+.-]*:\/\/)(?:[^/@\s]*@)?([^?#\s]*)([?#].*)?$/u.exec(word);
  if (url !== null) return maskUrl(word, url, mask);
  const option = /^(-{1,2}[\w-]+=|[\w-]+=)(.*)$/u.exec(word);
  if (option !== null) return `${option[1]}${maskWord(option[2] ?? "", false, mask)}`;
  if (word.includes("/") || word.includes("\\") || HOST.test(word) || word.startsWith("-")) return word;
  if (isCommand && /^[\p{L}_.:;|&<>()"'-]+$/u.test(word)) return word;
  return mask(lengthClass(word));
}

function maskUrl(word: string, [, scheme, place, query = ""]: readonly (string | undefined)[], mask: (atLeast: number) => string): string {
  const hasUser =
    word
      .slice(scheme?.length ?? 0)
      .split("/", 1)[0]
      ?.includes("@") === true;
  const values = query.replace(/([^?&#=]*=)?([^?&#]+)/gu, (_all, name: string | undefined, value: string) => {
    const plain = decoded(value);
    return `${name ?? ""}${maskWord(plain, false, mask) === plain ? value : mask(lengthClass(value))}`;
  });
  return `${scheme}${hasUser ? `${mask(1)}@` : ""}${place}${values}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** About how long, and no more: 1, 8, 16, 32, 64 or 128. */
function lengthClass(text: string): number {
  return [128, 64, 32, 16, 8].find((least) => text.length >= least) ?? 1;
}
