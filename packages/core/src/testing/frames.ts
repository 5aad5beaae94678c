const LF = 10;
const CR = 13;

/** Cuts a body where its wire does: after each blank line of server-sent events, after each line of NDJSON. */
export interface FrameSplitter {
  push(chunk: Uint8Array): readonly Uint8Array[];
  /** The bytes of a frame that never ended. */
  rest(): readonly Uint8Array[];
}

/** By content type; bodies of other types have no frames, so each chunk counts as one. */
export function createFrameSplitter(contentType: string | null): FrameSplitter {
  const type = (contentType ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (type === "text/event-stream") return splitAfter(1);
  if (/^application\/(?:x-)?(?:ndjson|jsonl|json-lines)$/u.test(type)) return splitAfter(0);
  return { push: (chunk) => [chunk], rest: () => [] };
}

/** A frame ends with the line end that follows `blankLines` empty lines. CR, LF and CR LF all end a line. */
function splitAfter(blankLines: 0 | 1): FrameSplitter {
  let held = new Uint8Array(0);
  let isLineEmpty = false;
  let last = 0;
  return {
    push(chunk) {
      const frames: Uint8Array[] = [];
      const bytes = concat(held, chunk);
      let start = 0;
      for (let at = held.length; at < bytes.length; at++) {
        const byte = bytes[at] ?? 0;
        const isEndOfLine = (byte === LF && last !== CR) || byte === CR;
        if (isEndOfLine && (blankLines === 0 || isLineEmpty)) {
          frames.push(bytes.subarray(start, at + 1));
          start = at + 1;
        }
        if (byte !== LF || last !== CR) isLineEmpty = isEndOfLine;
        last = byte;
      }
      held = bytes.slice(start);
      return frames;
    },
    rest: () => (held.length === 0 ? [] : [held]),
  };
}

export function concat(...pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
