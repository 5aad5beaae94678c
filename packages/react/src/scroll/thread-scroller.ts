import { keepSelection } from "./kept-selection.js";
import { findReadingLine, topOfLine, type ReadingLine } from "./reading-line.js";
import type { ScrollHolds } from "./scroll-holds.js";

/** So near to the end counts as being there. */
const EDGE_PX = 8;
const PEEK_PX = 56;
/** What readers do before a thread stands where it opened is theirs. */
const READING = ["pointerdown", "touchstart", "wheel", "keydown"];

export interface ScrollState {
  readonly isFollowing: boolean;
  /** Words stand below what is in view. */
  readonly isAway: boolean;
  readonly isScrolled: boolean;
  /** The reader has selected words here. */
  readonly isSelecting: boolean;
}

export interface ScrollElements {
  readonly scroller: HTMLElement;
  readonly content: HTMLElement;
  /** Stands behind the content and gives a new message room to stand near the top. */
  readonly spacer: HTMLElement;
}

/**
 * Scrolls a conversation as little as can be: to its end when it opens, to a message that was just sent, and along with
 * growing text while the reader is at its end. Everything else that changes leaves the line where the reader is. It
 * opens for as long as what it shows may still be on its way, and nobody has touched the page.
 */
export class ThreadScroller {
  /** Text is being written; other growth is no reason to scroll. */
  isGrowing = false;
  #elements: ScrollElements;
  #holds: ScrollHolds;
  #publish: (state: ScrollState) => void;
  #isFollowing = true;
  #line: ReadingLine | null = null;
  #top = 0;
  #range = 0;
  #height = 0;
  #last: Element | null = null;
  #anchor: Element | null = null;
  #isFinding = false;
  #isPressed = false;
  #isOpening = true;

  constructor(elements: ScrollElements, holds: ScrollHolds, publish: (state: ScrollState) => void) {
    this.#elements = elements;
    this.#holds = holds;
    this.#publish = publish;
  }

  /** Starts to listen. Returns the way out. */
  attach(): () => void {
    const { scroller, content } = this.#elements;
    const abort = new AbortController();
    const listen = (target: EventTarget, type: string, listener: (event: Event) => void): void =>
      target.addEventListener(type, listener, { passive: true, signal: abort.signal, capture: target !== scroller });
    listen(scroller, "scroll", () => this.#onScroll());
    listen(scroller, "pointerdown", () => (this.#isPressed = true));
    for (const type of ["pointerup", "pointercancel"]) listen(document, type, () => (this.#isPressed = false));
    listen(document, "keydown", (event) => this.#noteFind(event as KeyboardEvent));
    listen(document, "selectionchange", () => this.#tell());
    for (const type of READING) listen(document, type, () => this.endOpening());
    const observer = new ResizeObserver(() => this.#onResize());
    observer.observe(content);
    observer.observe(scroller);
    const forget = keepSelection(content);
    this.#remember();
    return () => {
      abort.abort();
      observer.disconnect();
      forget();
    };
  }

  /** From now on only words that are written and messages that come are followed. */
  endOpening(): void {
    this.#isOpening = false;
  }

  jumpToEnd(): void {
    this.#isFollowing = true;
    this.#isFinding = false;
    this.#scrollToEnd();
    this.#remember();
    this.#tell();
  }

  /** Puts the first line of a message near the top, under a peek of the one before. */
  anchorTo(message: Element): void {
    this.#anchor = message;
    this.#fitSpacer();
    this.#isFollowing = true;
    this.#elements.scroller.scrollTop += this.#topOf(message) - this.#peek();
    this.#last = lastIn(this.#elements.content);
    this.#remember();
    this.#tell();
  }

  get isFollowing(): boolean {
    return this.#isFollowing;
  }

  #onScroll(): void {
    // What the browser moved because the end came nearer is put right when the sizes are told.
    if (this.#isClamped()) return;
    const moved = this.#moved();
    this.#readScroll();
    // What came above since the last look has not been measured yet: the line would be read where it was pushed to.
    if (this.#elements.content.offsetHeight !== this.#height) this.#keepLine(moved);
    this.#remember();
    this.#tell();
  }

  /** Growth may be measured before the reader's own scroll is reported: what they did comes first. */
  #onResize(): void {
    const moved = this.#isClamped() ? 0 : this.#moved();
    this.#readScroll();
    this.#fitSpacer();
    if (this.#isFollowing && this.#hasReasonToFollow() && !this.#isBeingRead()) this.#scrollToEnd();
    else this.#keepLine(moved);
    if (this.#distance() > EDGE_PX + this.#endRoom()) this.#isFollowing = false;
    this.#last = lastIn(this.#elements.content);
    this.#remember();
    this.#tell();
  }

  #hasReasonToFollow(): boolean {
    return this.isGrowing || this.#isOpening || this.#last !== lastIn(this.#elements.content);
  }

  /** Up releases at once, whatever moved it; only going down to the end takes hold again. */
  #readScroll(): void {
    const { scroller } = this.#elements;
    const moved = scroller.scrollTop - this.#top;
    if (moved <= -1 && !this.#isClamped()) this.#isFollowing = false;
    else if (moved > 0 && this.#distance() <= EDGE_PX) this.#isFollowing = true;
    this.#top = scroller.scrollTop;
    this.#range = this.#maxTop();
  }

  /** There is less to scroll than there was, and so the place is the last there is. */
  #isClamped(): boolean {
    const range = this.#maxTop();
    return range < this.#range && this.#elements.scroller.scrollTop >= range - 1;
  }

  #maxTop(): number {
    const { scroller } = this.#elements;
    return scroller.scrollHeight - scroller.clientHeight;
  }

  /** How far the page was scrolled, in px, since the line was read; not all of it may have been reported. */
  #moved(): number {
    return this.#elements.scroller.scrollTop - this.#top;
  }

  /** Where the reader's own scroll would have brought it, and no growth. */
  #keepLine(moved: number): void {
    if (this.#line === null) return;
    const top = topOfLine(this.#line);
    const { scroller } = this.#elements;
    // Where the reader went far away, what moved that line is no longer between it and them.
    const shift = top === null || Math.abs(moved) > scroller.clientHeight ? 0 : top - (this.#line.top - moved);
    if (Math.abs(shift) < 0.5) return;
    const wanted = scroller.scrollTop + shift;
    this.#makeRoom(wanted);
    scroller.scrollTop = wanted;
  }

  /** Where something near the end went, there may be too little below to leave the line where it is. */
  #makeRoom(wanted: number): void {
    const { scroller, content, spacer } = this.#elements;
    const missing = wanted + scroller.clientHeight - content.offsetHeight - spacer.offsetHeight;
    if (missing > 0) spacer.style.blockSize = `${spacer.offsetHeight + missing}px`;
  }

  #remember(): void {
    const { scroller, content } = this.#elements;
    this.#top = scroller.scrollTop;
    this.#range = this.#maxTop();
    this.#height = content.offsetHeight;
    this.#line = findReadingLine(scroller, content);
  }

  #fitSpacer(): void {
    const { scroller, content, spacer } = this.#elements;
    const anchor = this.#anchor;
    const below =
      anchor === null || !anchor.isConnected
        ? Number.POSITIVE_INFINITY
        : content.getBoundingClientRect().bottom - anchor.getBoundingClientRect().top;
    spacer.style.blockSize = `${Math.max(0, scroller.clientHeight - this.#peek() - below)}px`;
  }

  #topOf(element: Element): number {
    return element.getBoundingClientRect().top - this.#elements.scroller.getBoundingClientRect().top;
  }

  #peek(): number {
    const given = Number.parseFloat(getComputedStyle(this.#elements.scroller).getPropertyValue("--unsay-anchor-peek"));
    return Number.isFinite(given) ? given : PEEK_PX;
  }

  /** Air below the last message: what comes into it needs no scroll to be seen. */
  #endRoom(): number {
    return Number.parseFloat(getComputedStyle(this.#elements.content).paddingBlockEnd) || 0;
  }

  #distance(): number {
    return this.#maxTop() - this.#elements.scroller.scrollTop;
  }

  #scrollToEnd(): void {
    const { scroller } = this.#elements;
    scroller.scrollTop = scroller.scrollHeight;
  }

  /** The browser's own search tells nobody that it is open; it ends where the reader does something else here. */
  #noteFind(event: KeyboardEvent): void {
    const isFind = event.key === "F3" || ((event.ctrlKey || event.metaKey) && (event.key === "f" || event.key === "g"));
    if (isFind) this.#isFinding = true;
    else if (!event.ctrlKey && !event.metaKey && !event.shiftKey) this.#isFinding = false;
  }

  /** A selection or the focus inside, something open, pressed or searched: the reader is at work, and the text stands still. */
  #isBeingRead(): boolean {
    const { scroller } = this.#elements;
    const active = document.activeElement;
    const hasFocusInside = active !== null && active !== scroller && scroller.contains(active);
    return hasFocusInside || this.#isPressed || this.#isFinding || this.#holds.isHeld() || this.#isSelecting();
  }

  #isSelecting(): boolean {
    const selection = document.getSelection();
    return selection !== null && !selection.isCollapsed && this.#elements.content.contains(selection.anchorNode);
  }

  #tell(): void {
    this.#publish({
      isFollowing: this.#isFollowing,
      isAway: this.#distance() > EDGE_PX + this.#endRoom(),
      isScrolled: this.#elements.scroller.scrollTop > 0,
      isSelecting: this.#isSelecting(),
    });
  }
}

/** The newest message, whether it stands by itself or in a group. */
function lastIn(content: Element): Element | null {
  let last = content.lastElementChild;
  while (last?.getAttribute("data-unsay")?.startsWith("transcript.") === true) last = last.lastElementChild;
  return last;
}
