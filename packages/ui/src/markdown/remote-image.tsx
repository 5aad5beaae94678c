"use client";
import type { ReactNode } from "react";
import { markdownWords } from "../strings/english/markdown.js";
import { useWords } from "../strings/strings.js";
import { cleanProse } from "./clean-text.js";
import { useImageGrants } from "./image-grants.js";
import { hostOf } from "./links.js";
import { useMarkdownOptions } from "./markdown-options.js";

export interface RemoteImageProps {
  readonly src: string;
  readonly alt: string;
  /** It may still change, or stands inside a link: words only. */
  readonly isInert: boolean;
}

/**
 * An address of a picture can carry what the model read to whoever owns the host, so nothing loads before its origin
 * is allowed: by the app, or by the reader for this thread. Renders a `span`.
 */
export function RemoteImage({ src, alt, isInert }: RemoteImageProps): ReactNode {
  const { markdown } = useWords(markdownWords);
  const { allowedImageOrigins = [], components } = useMarkdownOptions();
  const { isGranted, grant } = useImageGrants();
  const url = webAddress(src);
  const words = cleanProse(alt);
  const isAllowed = url !== null && !isInert && (allowedImageOrigins.includes(url.origin) || isGranted(url.origin));
  if (isAllowed && components?.Image !== undefined) return <components.Image src={url.href} alt={words} />;
  if (isAllowed) return <LoadedImage src={url.href} alt={words} />;
  return (
    <span data-unsay="answer.image">
      {markdown.image(words, hostOf(src))}
      {url === null || isInert ? null : (
        <>
          {" "}
          <button type="button" className="unsay-link-button" onClick={() => grant(url.origin)}>
            {markdown.loadImage(url.host)}
          </button>
        </>
      )}
    </span>
  );
}

/** Lazy, so that a server render puts no preload of it into the page. */
function LoadedImage({ src, alt }: { readonly src: string; readonly alt: string }): ReactNode {
  return (
    <img
      className="unsay-image"
      data-unsay="answer.image"
      src={src}
      alt={alt}
      loading="lazy"
      decoding="async"
      referrerPolicy="no-referrer"
    />
  );
}

function webAddress(src: string): URL | null {
  const url = URL.canParse(src) ? new URL(src) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "" ? url : null;
}
