/** What the source of a hook says of it, for its page: nothing here is written by hand but the examples, which compile. */
import { attributesOf, keysOf } from "./describe-component.js";

type Sources = Readonly<Record<string, string>>;

export interface Member {
  readonly name: string;
  readonly type: string;
  readonly about: string;
}

export interface Shape {
  readonly name: string;
  readonly members: readonly Member[];
}

export interface HookFacts {
  readonly name: string;
  readonly about: string;
  readonly signature: string;
  /** The types of the kit that its signature names, with what they hold. */
  readonly shapes: readonly Shape[];
  /** Actions of the key map that it answers, and keys it handles itself. */
  readonly keys: readonly string[];
  /** Roles, and `aria-` and `data-` attributes of its prop getters. */
  readonly attributes: readonly string[];
  readonly file: string;
}

export function describeHook(name: string, sources: Sources): HookFacts | null {
  const found = Object.entries(sources).find(([, text]) => new RegExp(`export function ${name}[(<]`, "u").test(text));
  if (found === undefined) return null;
  const [file, code] = found;
  const at = new RegExp(`export function ${name}[(<]`, "u").exec(code)?.index ?? 0;
  const signature = code.slice(at, bodyOf(code, at)).replace("export ", "").trim();
  const around = [code, ...hooksCalledIn(code).flatMap((hook) => textOfHook(hook, sources))];
  return {
    name,
    about: commentBefore(code, at),
    signature,
    shapes: shapesIn(signature, sources),
    keys: keysOf(code, sources),
    attributes: [...new Set(around.flatMap((text) => [...rolesOf(text), ...attributesOf(text)]))],
    file,
  };
}

/** The shortest piece of code that calls it. */
export function exampleOf(name: string, sources: Sources): string | null {
  const calls = new RegExp(`(?<!function )\\b${name}(?:<[^()]*>)?\\(`, "u");
  const pieces = Object.values(sources)
    .flatMap(piecesOf)
    .filter((piece) => calls.test(piece));
  return pieces.toSorted((a, b) => a.length - b.length)[0] ?? null;
}

/** Declarations at the top of a file, with their comments. */
function piecesOf(code: string): readonly string[] {
  return code
    .split(/\n(?=\/\*\*|(?:export )?(?:const|function|interface|type) |import )/u)
    .map((piece) => piece.replace(/\/\*\*[^]*$(?<!\})/u, "").trim())
    .filter((piece) => !/^(?:import|export \{|interface|type|"use client")/u.test(piece));
}

function hooksCalledIn(code: string): readonly string[] {
  return [...new Set([...code.matchAll(/\b(use[A-Z]\w+)\(/gu)].map(([, hook = ""]) => hook))];
}

function textOfHook(hook: string, sources: Sources): readonly string[] {
  return Object.values(sources).filter((text) => text.includes(`export function ${hook}(`));
}

function rolesOf(code: string): readonly string[] {
  return [...code.matchAll(/\brole: "(\w+)"/gu)].map(([, role = ""]) => `role="${role}"`);
}

/** Where the body begins: the first brace outside of brackets that is not the beginning of a type. */
function bodyOf(code: string, from: number): number {
  let depth = 0;
  for (let place = from; place < code.length; place += 1) {
    const sign = code[place] ?? "";
    if (sign === "{" && depth === 0 && !/[:|&=]\s*$/u.test(code.slice(from, place))) return place;
    if ("([{".includes(sign)) depth += 1;
    if (")]}".includes(sign)) depth -= 1;
  }
  return code.length;
}

function commentBefore(code: string, at: number): string {
  const [, comment = ""] = /\/\*\*((?:(?!\*\/)[^])*)\*\/\s*$/u.exec(code.slice(0, at)) ?? [];
  return withoutStars(comment);
}

function withoutStars(comment: string): string {
  return comment
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/u, "").trim())
    .join(" ")
    .trim();
}

function shapesIn(signature: string, sources: Sources): readonly Shape[] {
  const names = [...new Set([...signature.matchAll(/\b[A-Z]\w+/gu)].map(([name]) => name))];
  return names.flatMap((name) => {
    const members = membersOf(name, sources);
    return members.length === 0 ? [] : [{ name, members }];
  });
}

function membersOf(name: string, sources: Sources): readonly Member[] {
  const declared = new RegExp(`(?:^|\\n)(?:export )?interface ${name}\\b[^{]*\\{\\n([^]*?)\\n\\}`, "u");
  const body = Object.values(sources).flatMap((text) => declared.exec(text)?.[1] ?? [])[0];
  if (body === undefined) return [];
  const member =
    /^ {2}(?:\/\*\* ?((?:(?!\*\/)[^])*)\*\/\n {2})?(?:readonly )?([\w"-]+\??)(?:: |(?=\())([^]*?);(?=\n {2}(?!\})\S|(?![^]))/gmu;
  return [...body.matchAll(member)].map(([, about = "", key = "", type = ""]) => ({
    name: key,
    type: type.replace(/\s+/gu, " ").replaceAll("readonly ", ""),
    about: withoutStars(about),
  }));
}
