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

/** A container that is still open. `node` is private until it closes; readers get copies. */
interface Frame {
  readonly node: unknown[] | Members;
  readonly width: typeof WIDE_LIST;
  readonly schema: SchemaNode | undefined;
  /** A whole constant, which is shown at once or not at all. */
  readonly isHidden: boolean;
  key: string;
  /** Entries that are closed, with repeated keys counted again. */
  entries: number;
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
 */
export class GrowingTree implements TokenSink {
  readonly #rootSchema: SchemaNode | undefined;
  readonly #frames: Frame[] = [];
  /** The innermost of them. */
  #top: Frame | undefined = undefined;
  #root: unknown = undefined;
  #isScalarOpen = false;
  #text: string | undefined;
  #hidesText = false;
  /** The first half of a surrogate pair, kept back so that no half character is shown. */
  #half = "";
  #isSealed = false;

  constructor(schema: SchemaNode | undefined) {
    this.#rootSchema = schema;
  }

  openContainer(isList: boolean): void {
    const schema = this.#childSchema();
    this.#beginEntry();
    this.#top = createFrame(isList, schema);
    this.#frames.push(this.#top);
  }

  closeContainer(): void {
    const frame = this.#frames.pop();
    this.#top = this.#frames.at(-1);
    if (frame !== undefined) this.#endEntry(frame.node);
  }

  key(name: string): void {
    const frame = this.#top;
    if (frame === undefined || Array.isArray(frame.node)) return;
    frame.key = name;
    frame.hasProto ||= name === "__proto__";
    if (!Object.hasOwn(frame.node, name)) return;
    delete frame.node[name];
    frame.copyEntries = -1;
  }

  openScalar(isText: boolean): void {
    this.#hidesText = this.#childSchema()?.withholdsText === true;
    this.#beginEntry();
    this.#isScalarOpen = true;
    if (isText) this.#text = "";
  }

  appendText(piece: string): void {
    const whole = this.#half === "" ? piece : this.#half + piece;
    const endsInHalf = (whole.charCodeAt(whole.length - 1) & 0xfc00) === 0xd800;
    this.#half = endsInHalf ? whole.slice(-1) : "";
    this.#text += endsInHalf ? whole.slice(0, -1) : whole;
  }

  closeText(): void {
    // What was added up holds on to all of its pieces, and costs the collector six times as much; a slice is in one piece.
    const text = `${this.#text ?? ""}${this.#half} `.slice(0, -1);
    this.#text = undefined;
    this.#half = "";
    this.#closeValue(text);
  }

  closeScalar(value: number | boolean | null): void {
    this.#closeValue(value);
  }

  /** Nothing more will come: what is open is shown to its end, however wide. */
  seal(): void {
    this.#isSealed = true;
  }

  snapshot(): unknown {
    return this.#publish(0);
  }

  read(path: StructuredPath): unknown {
    const depth = this.#openDepth(path);
    if (this.#frames.slice(0, depth + 1).some(({ isHidden }) => isHidden)) return undefined;
    const frame = this.#frames[depth];
    if (depth === path.length) return this.#publish(depth);
    return valueAt(frame === undefined ? this.#root : frame.node, path.slice(depth));
  }

  isClosed(path: StructuredPath): boolean {
    const depth = this.#openDepth(path);
    const frame = this.#frames[depth];
    if (depth === path.length && (frame !== undefined || this.#frames.length > 0 || this.#isScalarOpen)) return false;
    if (frame === undefined && this.#frames.length > 0) return false;
    return valueAt(frame === undefined ? this.#root : frame.node, path.slice(depth)) !== undefined;
  }

  /** The path of the innermost value that is open; `undefined` when none is. */
  openPath(): StructuredPath | undefined {
    if (this.#frames.length === 0 && !this.#isScalarOpen) return undefined;
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
    let value: unknown = this.#hidesText ? undefined : this.#text;
    if (this.#frames.length === 0 && value === undefined) return this.#root;
    for (let at = this.#innermostShown(depth); at >= depth; at -= 1) {
      const frame = this.#frames[at];
      if (frame !== undefined) value = publishFrame(frame, value, this.#isSealed);
    }
    return value;
  }

  /** Nothing has to be copied in an entry that its container is shown without. */
  #innermostShown(depth: number): number {
    const last = this.#frames.length - 1;
    for (let at = depth; at < last; at += 1) {
      const frame = this.#frames[at];
      if (frame !== undefined && (frame.isHidden || (isWide(frame) && !this.#isSealed))) return at;
    }
    return last;
  }

  #closeValue(value: unknown): void {
    this.#isScalarOpen = false;
    this.#endEntry(value);
  }

  #childSchema(): SchemaNode | undefined {
    const frame = this.#top;
    if (frame === undefined) return this.#rootSchema;
    if (frame.schema === undefined) return undefined;
    return Array.isArray(frame.node) ? frame.schema.entry(frame.entries) : frame.schema.member(frame.key);
  }

  #beginEntry(): void {
    if (this.#top !== undefined) this.#top.isEntryOpen = true;
  }

  #endEntry(value: unknown): void {
    const frame = this.#top;
    if (frame === undefined) {
      this.#root = value;
      return;
    }
    put(frame, value);
    frame.entries += 1;
    frame.isEntryOpen = false;
    // Here and not when somebody looks, so that what is shown does not depend on who looked when.
    if (isStepped(frame) && frame.entries % stepOf(frame) === 0) copyFrame(frame, undefined);
  }
}

function createFrame(isList: boolean, schema: SchemaNode | undefined): Frame {
  return {
    node: isList ? [] : {},
    width: isList ? WIDE_LIST : WIDE_OBJECT,
    schema,
    isHidden: schema?.withholdsContainer === true,
    key: "",
    entries: 0,
    isEntryOpen: false,
    hasProto: false,
    copy: undefined,
    copyEntries: -1,
    copyTail: undefined,
  };
}

function positionOf(frame: Frame): string | number {
  return Array.isArray(frame.node) ? frame.entries : frame.key;
}

function isWide({ entries, width }: Frame): boolean {
  return entries >= width.entries;
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
  if (isWide(frame) && !isSealed) return isStepped(frame) || frame.copyEntries === frame.entries ? frame.copy : copyFrame(frame, undefined);
  if (frame.copyEntries === frame.entries && frame.copyTail === tail) return frame.copy;
  if (tail !== undefined) put(frame, tail);
  return copyFrame(frame, tail);
}

function copyFrame(frame: Frame, tail: unknown): unknown {
  frame.copy = Array.isArray(frame.node) ? frame.node.slice() : copyMembers(frame.node, frame.hasProto);
  frame.copyEntries = frame.entries;
  frame.copyTail = tail;
  return frame.copy;
}

/** Assigning copies objects of one shape at once, at a third of what spreading costs; but it would take `__proto__` for an order. */
function copyMembers(node: Members, hasProto: boolean): Members {
  return hasProto ? { ...node } : Object.assign({}, node);
}

/** Writes the entry in work, as an own property whatever its name. */
function put(frame: Frame, value: unknown): void {
  if (Array.isArray(frame.node)) frame.node[frame.entries] = value;
  else if (frame.key !== "__proto__") frame.node[frame.key] = value;
  else Object.defineProperty(frame.node, frame.key, { value, writable: true, enumerable: true, configurable: true });
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
