/** What a source, a file or a piece of data says of itself, whatever shape the vendor gave it. */
export interface ReadValue {
  readonly label: string | null;
  readonly url: string | null;
  readonly mediaType: string | null;
  /** In bytes. */
  readonly size: number | null;
}

const NOTHING: ReadValue = { label: null, url: null, mediaType: null, size: null };

export function readValue(value: unknown): ReadValue {
  if (typeof value === "string") return { ...NOTHING, label: value };
  if (typeof value !== "object" || value === null) return NOTHING;
  const fields = value as Readonly<Record<string, unknown>>;
  return {
    label: textIn(fields, "title", "name", "filename", "id"),
    url: textIn(fields, "url", "href"),
    mediaType: textIn(fields, "mediaType", "mimeType"),
    size: typeof fields["size"] === "number" && fields["size"] >= 0 ? fields["size"] : null,
  };
}

function textIn(fields: Readonly<Record<string, unknown>>, ...names: readonly string[]): string | null {
  const found = names.map((name) => fields[name]).find((field) => typeof field === "string" && field !== "");
  return typeof found === "string" ? found : null;
}
