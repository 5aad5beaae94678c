import type { Page } from "playwright";
import { encodePng } from "./png.ts";

/** A named part of a picture, in its pixels. */
export interface Area {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Difference {
  /** What differs: an area with the count of its pixels, or the size of the whole. */
  readonly where: readonly string[];
  /** The new picture, halved, with what differs in red. */
  readonly marked: Buffer;
}

export interface Tolerance {
  /** Pictures are compared at half their size; a pixel differs where a channel of 255 differs by more than this. */
  readonly channel: number;
  /** An area may have this many such pixels. */
  readonly pixels: number;
}

/**
 * A PNG picture at half its size, so that each pixel is the mean of four: how a machine smooths an edge weighs a quarter
 * of a line that is not there. The browser reads it; how it scales pictures is its own affair, so that is done here.
 */
export async function halvePicture(page: Page, picture: Buffer): Promise<Buffer> {
  const { width, height, rgb } = await page.evaluate(halveInPage, picture.toString("base64"));
  return encodePng({ width, height, rgb: Buffer.from(rgb, "base64") });
}

/** Compares two halved pictures. Areas are those of the whole one. */
export async function comparePictures(
  page: Page,
  pictures: { readonly reference: Buffer; readonly actual: Buffer },
  areas: readonly Area[],
  tolerance: Tolerance,
): Promise<Difference> {
  const [reference, actual] = [pictures.reference.toString("base64"), pictures.actual.toString("base64")];
  const { where, marked } = await page.evaluate(compareInPage, { reference, actual, areas, tolerance });
  return { where, marked: Buffer.from(marked, "base64") };
}

/** Runs in the page, so all it needs stands inside; so does the next one. */
async function halveInPage(base64: string): Promise<{ width: number; height: number; rgb: string }> {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d") as OffscreenCanvasRenderingContext2D;
  context.drawImage(bitmap, 0, 0);
  const full = context.getImageData(0, 0, bitmap.width, bitmap.height).data;
  const [width, height] = [bitmap.width >> 1, bitmap.height >> 1];
  const rgb = new Uint8Array(width * height * 3);
  for (let at = 0; at < rgb.length; at += 1) {
    const pixel = Math.floor(at / 3);
    const corner = (Math.floor(pixel / width) * 2 * bitmap.width + (pixel % width) * 2) * 4 + (at % 3);
    const below = corner + bitmap.width * 4;
    const four = (full[corner] ?? 0) + (full[corner + 4] ?? 0) + (full[below] ?? 0) + (full[below + 4] ?? 0);
    rgb[at] = Math.round(four / 4);
  }
  return { width, height, rgb: btoa(Array.from(rgb, (byte) => String.fromCharCode(byte)).join("")) };
}

async function compareInPage(asked: {
  readonly reference: string;
  readonly actual: string;
  readonly areas: readonly Area[];
  readonly tolerance: Tolerance;
}): Promise<{ where: string[]; marked: string }> {
  const { areas, tolerance } = asked;
  const [before, after] = await Promise.all([read(asked.reference), read(asked.actual)]);
  const sizes = [before, after].map(({ canvas }) => `${canvas.width * 2} × ${canvas.height * 2}`);
  const where: string[] = sizes[0] === sizes[1] ? [] : [`the whole, which is ${sizes[1]} and was ${sizes[0]}`];
  after.context.fillStyle = "red";
  for (const area of areas) {
    const count = differing(area);
    if (count > tolerance.pixels) where.push(`${area.name}: ${count} pixels`);
  }
  const png = new Uint8Array(await (await after.canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
  return { where, marked: btoa(Array.from(png, (byte) => String.fromCharCode(byte)).join("")) };

  async function read(
    base64: string,
  ): Promise<{ canvas: OffscreenCanvas; context: OffscreenCanvasRenderingContext2D; data: Uint8ClampedArray }> {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d", { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;
    context.drawImage(bitmap, 0, 0);
    return { canvas, context, data: context.getImageData(0, 0, canvas.width, canvas.height).data };
  }

  function differing({ x, y, width, height }: Area): number {
    let count = 0;
    for (let row = y >> 1; row < (y + height) >> 1; row += 1) {
      for (let column = x >> 1; column < (x + width) >> 1; column += 1) {
        if (distance(column, row) <= tolerance.channel) continue;
        count += 1;
        after.context.fillRect(column, row, 1, 1);
      }
    }
    return count;
  }

  function distance(column: number, row: number): number {
    if (column >= before.canvas.width || row >= before.canvas.height) return 255;
    const [one, other] = [before, after].map(({ canvas }) => (row * canvas.width + column) * 4) as [number, number];
    const channels = [0, 1, 2].map((channel) => Math.abs((before.data[one + channel] ?? 255) - (after.data[other + channel] ?? 255)));
    return Math.max(...channels);
  }
}

/** What of a state is looked at: places of one size for all states, in one order; null where the state has nothing there. */
export interface Silhouette {
  readonly name: string;
  readonly kind: string;
  readonly places: readonly (Omit<Area, "name"> | null)[];
}

/** Names the pairs of another kind that look alike: fewer than `pixels` of their places differ by 64 of 255. */
export function pairsAlike(page: Page, picture: Buffer, silhouettes: readonly Silhouette[], pixels: number): Promise<readonly string[]> {
  return page.evaluate(alikeInPage, { picture: picture.toString("base64"), silhouettes, pixels });
}

async function alikeInPage(asked: {
  readonly picture: string;
  readonly silhouettes: readonly Silhouette[];
  readonly pixels: number;
}): Promise<string[]> {
  const bytes = Uint8Array.from(atob(asked.picture), (letter) => letter.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d") as OffscreenCanvasRenderingContext2D;
  context.drawImage(bitmap, 0, 0);
  const seen = asked.silhouettes.map(({ name, kind, places }) => ({ name, kind, parts: places.map(pixelsOf) }));
  return seen.flatMap((one, index) =>
    seen
      .slice(index + 1)
      .filter((other) => other.kind !== one.kind && differing(one.parts, other.parts) < asked.pixels)
      .map((other) => `${one.name} = ${other.name}`),
  );

  function pixelsOf(place: Silhouette["places"][number]): Uint8ClampedArray | null {
    return place === null ? null : context.getImageData(place.x, place.y, place.width, place.height).data;
  }

  function differing(one: readonly (Uint8ClampedArray | null)[], other: readonly (Uint8ClampedArray | null)[]): number {
    return one.reduce((sum, part, index) => sum + differingIn(part, other[index] ?? null), 0);
  }

  /** Where one has nothing, the ground counts as white. */
  function differingIn(one: Uint8ClampedArray | null, other: Uint8ClampedArray | null): number {
    let count = 0;
    for (let at = 0; at < (one ?? other ?? []).length; at += 4) if (Math.abs((one?.[at] ?? 255) - (other?.[at] ?? 255)) > 64) count += 1;
    return count;
  }
}
