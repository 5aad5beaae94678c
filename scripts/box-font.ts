/**
 * A font of boxes, as printers show text that nobody shall read. With it a picture of a page says everything about
 * layout, lines, shapes and colours, and nothing about the fonts of the machine: every glyph is a rectangle, so that there
 * are no curves to hint and no kerning, and one file serves all characters there are.
 */
interface Shape {
  readonly characters: string;
  /** In thousandths of the font's size. */
  readonly width: number;
  readonly bottom: number;
  readonly top: number;
}

const SPACES = " \u00A0\u2002\u2003\u2009\u202F";
const SHAPES: readonly Shape[] = [
  { characters: SPACES, width: 280, bottom: 0, top: 0 },
  { characters: "iI1!|’‘'", width: 280, bottom: 0, top: 700 },
  { characters: "jyp", width: 500, bottom: -200, top: 500 },
  { characters: "gq", width: 560, bottom: -200, top: 500 },
  { characters: "ftlr()[]/\\", width: 360, bottom: 0, top: 700 },
  { characters: "bdhk", width: 560, bottom: 0, top: 700 },
  { characters: "aceosxzunv", width: 560, bottom: 0, top: 500 },
  { characters: "mw", width: 840, bottom: 0, top: 500 },
  { characters: "MW@%", width: 900, bottom: 0, top: 700 },
  { characters: ".,;:…", width: 280, bottom: 0, top: 120 },
  { characters: "-–—·=+~", width: 480, bottom: 200, top: 300 },
];
/** Every other character of every script. The first glyph of a font means that there is none, and is never used. */
const OTHER: Shape = { characters: "", width: 640, bottom: 0, top: 700 };
const UNSEEN_SHAPE: Shape = { characters: "", width: 0, bottom: 0, top: 0 };
/** Zero width, and marks that say how others are read. */
const UNSEEN = [
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
] as const;

const UNITS = 1_000;
const ASCENT = 900;
const DESCENT = -260;

export interface BoxFontOptions {
  /** Every character as wide as another. */
  readonly mono?: boolean;
  readonly bold?: boolean;
}

/** The font as a TrueType file. */
export function createBoxFont(options: BoxFontOptions = {}): Uint8Array {
  const shapes = [OTHER, UNSEEN_SHAPE, OTHER, ...SHAPES].map((shape) => styled(shape, options));
  const glyphs = shapes.map(glyphOf);
  const offsets = glyphs.reduce<number[]>((all, glyph) => [...all, (all.at(-1) ?? 0) + glyph.length], [0]);
  return fileOf({
    "OS/2": os2(options),
    cmap: characterMap(),
    glyf: join(glyphs),
    head: head(options),
    hhea: hhea(shapes.length),
    hmtx: join(shapes.map(({ width }) => bytes(u16(width), u16(side(width))))),
    loca: join(offsets.map((offset) => bytes(u32(offset)))),
    maxp: bytes(u32(0x0001_0000), u16(shapes.length), u16(4), u16(1), ...Array.from({ length: 11 }, () => u16(0))),
    name: bytes(u16(0), u16(0), u16(6)),
    post: bytes(u32(0x0003_0000), u32(0), i16(-120), i16(60), u32(options.mono === true ? 1 : 0), u32(0), u32(0), u32(0), u32(0)),
  });
}

function styled(shape: Shape, { mono = false, bold = false }: BoxFontOptions): Shape {
  if (shape.width === 0) return shape;
  return { ...shape, width: mono ? 600 : shape.width + (bold ? 40 : 0), top: shape.top === 0 ? 0 : shape.top + (bold ? 40 : 0) };
}

/** Free on both sides of a box. */
function side(width: number): number {
  return Math.round(width / 10);
}

function glyphOf({ width, bottom, top }: Shape): Uint8Array {
  if (width === 0 || top === bottom) return new Uint8Array();
  const [left, right] = [side(width), width - side(width)];
  const onCurve = 1;
  const points = bytes(i16(left), i16(0), i16(right - left), i16(0), i16(bottom), i16(top - bottom), i16(0), i16(bottom - top));
  const outline = bytes(i16(1), i16(left), i16(bottom), i16(right), i16(top), u16(3), u16(0), [onCurve, onCurve, onCurve, onCurve]);
  return padded(join([outline, points]));
}

/** Format 13: many characters to one glyph. Where no range says otherwise it is the common one. */
function characterMap(): Uint8Array {
  const glyphOfCharacter = new Map<number, number>();
  SHAPES.forEach(({ characters }, index) => {
    for (const character of characters) glyphOfCharacter.set(character.codePointAt(0) ?? 0, index + 3);
  });
  for (const [first, last] of UNSEEN) for (let code = first; code <= last; code += 1) glyphOfCharacter.set(code, 1);
  const groups: (readonly [number, number, number])[] = [];
  let next = 0x20;
  for (const [code, glyph] of [...glyphOfCharacter].sort(([one], [other]) => one - other)) {
    if (next < code) groups.push([next, code - 1, 2]);
    groups.push([code, code, glyph]);
    next = code + 1;
  }
  groups.push([next, 0x10_ffff, 2]);
  const table = join(groups.map(([first, last, glyph]) => bytes(u32(first), u32(last), u32(glyph))));
  const header = bytes(u16(0), u16(1), u16(3), u16(10), u32(12));
  return join([header, bytes(u16(13), u16(0), u32(16 + table.length), u32(0), u32(groups.length)), table]);
}

function head({ bold = false }: BoxFontOptions): Uint8Array {
  const created = new Uint8Array(16);
  const box = bytes(i16(0), i16(DESCENT), i16(UNITS), i16(ASCENT));
  const start = bytes(u32(0x0001_0000), u32(0x0001_0000), u32(0), u32(0x5f0f_3cf5), u16(0), u16(UNITS));
  return join([start, created, box, bytes(u16(bold ? 1 : 0), u16(8), i16(2), i16(1), i16(0))]);
}

function hhea(glyphs: number): Uint8Array {
  const zeros = Array.from({ length: 5 }, () => i16(0));
  return bytes(
    u32(0x0001_0000),
    i16(ASCENT),
    i16(DESCENT),
    i16(0),
    u16(UNITS),
    i16(0),
    i16(0),
    i16(UNITS),
    i16(1),
    i16(0),
    ...zeros,
    i16(0),
    u16(glyphs),
  );
}

function os2({ bold = false }: BoxFontOptions): Uint8Array {
  const sizes = [650, 600, 0, 75, 650, 600, 0, 350, 60, 300].map(i16);
  const panose = Array.from({ length: 10 }, () => 0);
  const ranges = [u32(0xffff_ffff), u32(0xffff_ffff), u32(0xffff_ffff), u32(0xffff_ffff)];
  const vendor = [0x42, 0x4f, 0x58, 0x20];
  const metrics = [u16(0x20), u16(0xffff), i16(ASCENT), i16(DESCENT), i16(0), u16(ASCENT), u16(-DESCENT), u32(1), u32(0)];
  const start = [u16(4), i16(560), u16(bold ? 700 : 400), u16(5), u16(0)];
  return bytes(
    ...start,
    ...sizes,
    i16(0),
    panose,
    ...ranges,
    vendor,
    u16(bold ? 0x20 : 0x40),
    ...metrics,
    i16(500),
    i16(700),
    u16(0),
    u16(0x20),
    u16(1),
  );
}

function fileOf(tables: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const parts = Object.entries(tables).sort(([one], [other]) => (one < other ? -1 : 1));
  const header = bytes(u32(0x0001_0000), u16(parts.length), u16(128), u16(3), u16(parts.length * 16 - 128));
  let offset = header.length + parts.length * 16;
  const entries = parts.map(([name, { length }]) => {
    const entry = bytes(
      Array.from(name, (letter) => letter.charCodeAt(0)),
      u32(0),
      u32(offset),
      u32(length),
    );
    offset += length + ((4 - (length % 4)) % 4);
    return entry;
  });
  return join([header, ...entries, ...parts.map(([, part]) => padded(part))]);
}

function padded(part: Uint8Array): Uint8Array {
  return join([part, new Uint8Array((4 - (part.length % 4)) % 4)]);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function bytes(...parts: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flat());
}

function u16(value: number): readonly number[] {
  return [(value >>> 8) & 0xff, value & 0xff];
}

function i16(value: number): readonly number[] {
  return u16(value & 0xffff);
}

function u32(value: number): readonly number[] {
  return [...u16(value >>> 16), ...u16(value & 0xffff)];
}
