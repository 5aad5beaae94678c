import type { TokenSink } from "./json-tokenizer.js";
import type { SchemaNode } from "./schema-node.js";
import type { StructuredPath } from "./structured.types.js";

/**
 * From `entries` on a container is shown without its open entry, which spares a copy of it for each delta; from `stepped` on it
 * is copied in `steps` for each doubling. Members cost many times what entries of a list do.
 */
const WIDE_LIST = { entries: 256, stepped: 1024, steps: 8 };
const WIDE_OBJECT = { entries: 128, stepped: 128, steps: 4 };

type Members = Record<string, unknown>;

/** A container that is still open: a list, or the members of an object. They are private until it closes; readers get copies. */
interface Frame {
  readonly list: unknown[] | null;
  readonly members: Members;
  readonly width: typeof WIDE_LIST;
  readonly schema: SchemaNode | undefined;
  /** A whole constant, which is shown at once or not at all. */
  readonly isHidden: boolean;
  key: string;
  /** Entries that are closed, with repeated keys counted again. */
  entries: number;
  /** There are so many of them that the open one is not shown. */
  isWide: boolean;
  /** An entry has begun and is not closed. */
  isEntryOpen: boolean;
  /** A member is called `__proto__`, and is one nevertheless. */
  hasProto: boolean;
  copy: unknown;
  copyEntries: number;
  copyTail: unknown;
}

/**
 * The value that is being read. Extra state is the open path; `undefined` stands for "nothing to show", which JSON cannot say.
 * A container on the open path is copied when somebody looks and it has changed; one that closed is given out as it is.
 * What is written to is `private` and not `#`, as in the tokenizer.
 */
export class GrowingTree implements TokenSink {
  readonly #rootSchema: SchemaNode | undefined;
  readonly #frames: Frame[] = [];
  /** The innermost of them. */
  private top: Frame | undefined = undefined;
  private root: unknown = undefined;
  private isScalarOpen = false;
  private text: string | undefined;
  private hidesText = false;
  /** The first half of a surrogate pair, kept back so that no half character is shown. */
  private half = "";
  private isSealed = false;

  constructor(schema: SchemaNode | undefined) {
    this.#rootSchema = schema;
  }

  openContainer(isList: boolean): void {
    const schema = this.#childSchema();
    this.#beginEntry();
    this.top = createFrame(isList, schema);
    this.#frames.push(this.top);
  }

  closeContainer(): void {
    const frame = this.#frames.pop();
    this.top = this.#frames.at(-1);
    if (frame !== undefined) this.#endEntry(nodeOf(frame));
  }

  key(name: string): void {
    const frame = this.top;
    if (frame === undefined || frame.list !== null) return;
    frame.key = name;
    frame.hasProto ||= name === "__proto__";
    if (!Object.hasOwn(frame.members, name)) return;
    delete frame.members[name];
    frame.copyEntries = -1;
  }

  openScalar(isText: boolean): void {
    this.hidesText = this.#childSchema()?.withholdsText === true;
    this.#beginEntry();
    this.isScalarOpen = true;
    if (isText) this.text = "";
  }

  appendText(piece: string): void {
    const endsInHalf = (piece.charCodeAt(piece.length - 1) & 0xfc00) === 0xd800;
    if (endsInHalf || this.half.length > 0) this.#appendHalves(piece, endsInHalf);
    else this.text += piece;
  }

  #appendHalves(piece: string, endsInHalf: boolean): void {
    const whole = this.half + piece;
    this.half = endsInHalf ? whole.slice(-1) : "";
    this.text += endsInHalf ? whole.slice(0, -1) : whole;
  }

  closeText(): void {
    // What was added up holds on to all of its pieces, and costs the collector six times as much; a slice is in one piece.
    const text = `${this.text ?? ""}${this.half} `.slice(0, -1);
    this.text = undefined;
    this.half = "";
    this.#closeValue(text);
  }

  closeScalar(value: number | boolean | null): void {
    this.#closeValue(value);
  }

  /** Nothing more will come: what is open is shown to its end, however wide. */
  seal(): void {
    this.isSealed = true;
  }

  snapshot(): unknown {
    return this.#publish(0);
  }

  read(path: StructuredPath): unknown {
    const depth = this.#openDepth(path);
    if (this.#frames.slice(0, depth + 1).some(({ isHidden }) => isHidden)) return undefined;
    const frame = this.#frames[depth];
    if (depth === path.length) return this.#publish(depth);
    return valueAt(frame === undefined ? this.root : nodeOf(frame), path.slice(depth));
  }

  isClosed(path: StructuredPath): boolean {
    const depth = this.#openDepth(path);
    const frame = this.#frames[depth];
    if (depth === path.length && (frame !== undefined || this.#frames.length > 0 || this.isScalarOpen)) return false;
    if (frame === undefined && this.#frames.length > 0) return false;
    return valueAt(frame === undefined ? this.root : nodeOf(frame), path.slice(depth)) !== undefined;
  }

  /** The path of the innermost value that is open; `undefined` when none is. */
  openPath(): StructuredPath | undefined {
    if (this.#frames.length === 0 && !this.isScalarOpen) return undefined;
    return this.#frames.filter(({ isEntryOpen }) => isEntryOpen).map(positionOf);
  }

  openPaths(): readonly StructuredPath[] {
    const innermost = this.openPath();
    return innermost === undefined ? [] : [[], ...innermost.map((_step, at) => innermost.slice(0, at + 1))];
  }

  /** How many steps of `path` go along the open path. */
  #openDepth(path: StructuredPath): number {
    let depth = 0;
    for (const frame of this.#frames) {
      if (!frame.isEntryOpen || depth === path.length || path[depth] !== positionOf(frame)) break;
      depth += 1;
    }
    return depth;
  }

  #publish(depth: number): unknown {
    let value: unknown = this.hidesText ? undefined : this.text;
    if (this.#frames.length === 0 && value === undefined) return this.root;
    for (let at = this.#innermostShown(depth); at >= depth; at -= 1) {
      const frame = this.#frames[at];
      if (frame !== undefined) value = publishFrame(frame, value, this.isSealed);
    }
    return value;
  }

  /** Nothing has to be copied in an entry that its container is shown without. */
  #innermostShown(depth: number): number {
    const last = this.#frames.length - 1;
    for (let at = depth; at < last; at += 1) {
      const frame = this.#frames[at];
      if (frame !== undefined && (frame.isHidden || (frame.isWide && !this.isSealed))) return at;
    }
    return last;
  }

  #closeValue(value: unknown): void {
    this.isScalarOpen = false;
    this.#endEntry(value);
  }

  #childSchema(): SchemaNode | undefined {
    const frame = this.top;
    if (frame === undefined) return this.#rootSchema;
    if (frame.schema === undefined) return undefined;
    return frame.list === null ? frame.schema.member(frame.key) : frame.schema.entry(frame.entries);
  }

  #beginEntry(): void {
    if (this.top !== undefined) this.top.isEntryOpen = true;
  }

  #endEntry(value: unknown): void {
    const frame = this.top;
    if (frame === undefined) {
      this.root = value;
      return;
    }
    put(frame, value);
    frame.entries += 1;
    frame.isWide = frame.entries >= frame.width.entries;
    frame.isEntryOpen = false;
    // Here and not when somebody looks, so that what is shown does not depend on who looked when.
    if (isStepped(frame) && frame.entries % stepOf(frame) === 0) copyFrame(frame, undefined);
  }
}

function createFrame(isList: boolean, schema: SchemaNode | undefined): Frame {
  return {
    list: isList ? [] : null,
    members: isList ? NO_MEMBERS : {},
    width: isList ? WIDE_LIST : WIDE_OBJECT,
    schema,
    isHidden: schema?.withholdsContainer === true,
    key: "",
    entries: 0,
    isWide: false,
    isEntryOpen: false,
    hasProto: false,
    copy: undefined,
    copyEntries: -1,
    copyTail: undefined,
  };
}

const NO_MEMBERS: Members = Object.freeze({});

function nodeOf({ list, members }: Frame): unknown[] | Members {
  return list ?? members;
}

function positionOf(frame: Frame): string | number {
  return frame.list === null ? frame.key : frame.entries;
}

function isStepped({ entries, width }: Frame): boolean {
  return entries >= width.stepped;
}

/** Grows with the container, so that all its copies together are linear in its length. */
function stepOf(frame: Frame): number {
  return 2 ** (31 - Math.clz32(frame.entries)) / frame.width.steps;
}

function publishFrame(frame: Frame, tail: unknown, isSealed: boolean): unknown {
  if (frame.isHidden) return undefined;
  if (frame.isWide && !isSealed) return isStepped(frame) || frame.copyEntries === frame.entries ? frame.copy : copyFrame(frame, undefined);
  if (frame.copyEntries === frame.entries && frame.copyTail === tail) return frame.copy;
  if (tail !== undefined) put(frame, tail);
  return copyFrame(frame, tail);
}

function copyFrame(frame: Frame, tail: unknown): unknown {
  frame.copy = frame.list === null ? copyMembers(frame) : frame.list.slice();
  frame.copyEntries = frame.entries;
  frame.copyTail = tail;
  return frame.copy;
}

/** Assigning copies objects of one shape at once, at a third of what spreading costs; but it would take `__proto__` for an order. */
function copyMembers({ members, hasProto }: Frame): Members {
  return hasProto ? { ...members } : Object.assign({}, members);
}

/** Writes the entry in work, as an own property whatever its name. */
function put(frame: Frame, value: unknown): void {
  if (frame.list !== null) frame.list[frame.entries] = value;
  else if (!frame.hasProto || frame.key !== "__proto__") frame.members[frame.key] = value;
  else Object.defineProperty(frame.members, frame.key, { value, writable: true, enumerable: true, configurable: true });
}

function valueAt(value: unknown, path: StructuredPath): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== "object" || at === null || !isPlace(at, step)) return undefined;
    at = Reflect.get(at, step);
  }
  return at;
}

/** Lists by number and objects by name only, so that `length` and `"0"` are no places in a list. */
function isPlace(container: object, step: string | number): boolean {
  return Array.isArray(container) === (typeof step === "number") && Object.hasOwn(container, step);
}
