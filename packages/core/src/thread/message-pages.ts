import type { Message } from "../message/message.js";

const PAGE_LENGTH = 64;

/** What is asked of a thread from its end: an array of messages, or its pages. */
export interface MessagesFromEnd {
  findLast(test: (message: Message) => boolean): Message | undefined;
}

/** What one message was and is. `before` is absent where it is new. */
export interface MessageChange {
  readonly before: Message | undefined;
  readonly after: Message;
}

/** The order of a thread and who answers whom. It stays the same object while messages only change in themselves. */
export interface ThreadShape {
  /** Place of a message from 0; `undefined` where there is none. */
  readonly indexOf: (id: string) => number | undefined;
}

/**
 * The messages of a thread, immutable, in pages: a change of one message copies its page and no other, and whoever kept
 * what they made of a page finds it again by the page's identity. The last page is apart, since nearly all changes are there.
 */
export class MessagePages implements MessagesFromEnd {
  static #empty: MessagePages | undefined;

  /** Full pages, oldest first. */
  readonly settled: readonly (readonly Message[])[];
  /** What stands behind them. */
  readonly tail: readonly Message[];
  readonly shape: ThreadShape;
  #flat: readonly Message[] | null = null;

  private constructor(settled: readonly (readonly Message[])[], tail: readonly Message[], shape: ThreadShape) {
    this.settled = settled;
    this.tail = tail;
    this.shape = shape;
  }

  static get empty(): MessagePages {
    return (MessagePages.#empty ??= new MessagePages([], [], shapeOf([])));
  }

  /** Pages that hold the same messages as those of `known` stay the same. */
  static of(messages: readonly Message[], known: MessagePages = MessagePages.empty): MessagePages {
    const count = messages.length === 0 ? 0 : Math.ceil(messages.length / PAGE_LENGTH) - 1;
    const pages = Array.from({ length: count }, (_, index) =>
      keep(known.settled[index], messages.slice(index * PAGE_LENGTH, (index + 1) * PAGE_LENGTH)),
    );
    const settled = keep(known.settled, pages);
    const tail = keep(known.tail, messages.slice(count * PAGE_LENGTH));
    if (settled === known.settled && tail === known.tail) return known;
    const pagesOf = new MessagePages(settled, tail, hasShapeOf(known, messages) ? known.shape : shapeOf(messages));
    pagesOf.#flat = messages;
    return pagesOf;
  }

  get length(): number {
    return this.settled.length * PAGE_LENGTH + this.tail.length;
  }

  /** As one array, made when somebody asks, and once. */
  toArray(): readonly Message[] {
    return (this.#flat ??= [...this.settled.flat(), ...this.tail]);
  }

  /** From 0. */
  at(index: number): Message | undefined {
    const page = Math.min(Math.floor(index / PAGE_LENGTH), this.settled.length);
    return (this.settled[page] ?? this.tail)[index - page * PAGE_LENGTH];
  }

  find(id: string): Message | undefined {
    const near = this.tail.findLast((message) => message.id === id);
    if (near !== undefined) return near;
    const index = this.#indexAbove(id);
    return index === undefined ? undefined : this.at(index);
  }

  findLast(test: (message: Message) => boolean): Message | undefined {
    const near = this.tail.findLast(test);
    if (near !== undefined) return near;
    for (let page = this.settled.length - 1; page >= 0; page -= 1) {
      const found = this.settled[page]?.findLast(test);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** With `next` in the place of the message of its id, or at the end where there is none. */
  with(next: Message): MessagePages {
    const near = this.tail.findLastIndex((message) => message.id === next.id);
    if (near !== -1) return this.#replace(this.settled.length, near, next);
    const index = this.#indexAbove(next.id);
    if (index === undefined) return this.append(next);
    return this.#replace(Math.floor(index / PAGE_LENGTH), index % PAGE_LENGTH, next);
  }

  /** With a message whose id is new behind all others. Walks the thread once a page, and only where somebody asks for places. */
  append(message: Message): MessagePages {
    if (this.tail.length >= PAGE_LENGTH) return MessagePages.of([...this.toArray(), message], this);
    return new MessagePages(this.settled, [...this.tail, message], shapeBehind(this.shape, message.id, this.length));
  }

  /** Of a message that is not on the last page. */
  #indexAbove(id: string): number | undefined {
    return this.settled.length === 0 ? undefined : this.shape.indexOf(id);
  }

  #replace(page: number, place: number, next: Message): MessagePages {
    const old = this.settled[page] ?? this.tail;
    const before = old[place];
    if (before === undefined || before === next) return this;
    const changed = old.with(place, next);
    const isTail = page === this.settled.length;
    const settled = isTail ? this.settled : this.settled.with(page, changed);
    const tail = isTail ? changed : this.tail;
    if (hasPlaceOf(before, next)) return new MessagePages(settled, tail, this.shape);
    return MessagePages.of([...settled.flat(), ...tail], this);
  }
}

/** What changed from one state of a thread to another, oldest first. What was taken away is not told. */
export function changesBetween(previous: MessagePages, next: MessagePages): readonly MessageChange[] {
  if (previous === next) return [];
  const settled =
    previous.settled === next.settled ? [] : next.settled.flatMap((page, index) => changesOf(previous.settled[index], page, previous));
  return [...settled, ...changesOf(previous.tail, next.tail, previous)];
}

function changesOf(known: readonly Message[] | undefined, page: readonly Message[], previous: MessagePages): readonly MessageChange[] {
  if (known === page) return [];
  return page.flatMap((after, place) => {
    const near = known?.[place];
    const before = near?.id === after.id ? near : previous.find(after.id);
    return before === after ? [] : [{ before, after }];
  });
}

function keep<T>(known: readonly T[] | undefined, next: readonly T[]): readonly T[] {
  return known?.length === next.length && next.every((item, index) => item === known[index]) ? known : next;
}

function hasShapeOf(known: MessagePages, messages: readonly Message[]): boolean {
  return known.length === messages.length && messages.every((message, index) => hasPlaceOf(known.at(index), message));
}

function hasPlaceOf(before: Message | undefined, after: Message): boolean {
  if (before === after) return true;
  if (before?.id !== after.id) return false;
  return before.role === "user"
    ? after.role === "user" && before.edits === after.edits
    : after.role === "assistant" && before.parent === after.parent;
}

/** A thread that is only read at its end never needs the places of the others. */
function shapeOf(messages: readonly Message[]): ThreadShape {
  let places: ReadonlyMap<string, number> | null = null;
  return {
    indexOf: (id) => (places ??= new Map(messages.map((message, index) => [message.id, index]))).get(id),
  };
}

function shapeBehind(before: ThreadShape, id: string, place: number): ThreadShape {
  return { indexOf: (wanted) => (wanted === id ? place : before.indexOf(wanted)) };
}
