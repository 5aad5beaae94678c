import type { ReactElement } from "react";
import { createRoot } from "react-dom/client";
import { preload } from "../src/on-demand/pieces.js";
import { ar } from "../src/strings/ar.js";
import { StringsProvider } from "../src/strings/strings.js";
import styles from "../src/styles/index.css?inline";
import { ApprovalAtlas } from "../src/testing/approval-atlas.js";
import { ReceiptAtlas } from "../src/testing/receipt-atlas.js";
import { StateAtlas } from "../src/testing/state-atlas.js";
import { UnsayRoot, type UnsayRootProps } from "../src/thread/unsay-root.js";

/** One atlas on a page, as its address asks: `/open?atlas=state&theme=dark&dir=rtl&contrast=more&locale=ar`. */

const ATLASES: Readonly<Record<string, () => ReactElement>> = {
  state: () => <StateAtlas />,
  approval: () => <ApprovalAtlas />,
  receipt: () => <ReceiptAtlas />,
};

const asked = new URLSearchParams(location.search);
const locale = asked.get("locale") ?? "en";
const root: UnsayRootProps = {
  theme: (asked.get("theme") ?? "auto") as NonNullable<UnsayRootProps["theme"]>,
  contrast: asked.get("contrast") === "more" ? "more" : "normal",
  dir: locale === "ar" ? "rtl" : (asked.get("dir") ?? "ltr"),
  lang: locale,
};

const sheet = document.createElement("style");
sheet.textContent = `${styles}\nbody { margin: 0; } body > div > .unsay-root { padding: 24px; }`;
document.head.append(sheet);
const container = document.createElement("div");
document.body.append(container);
await preload();
createRoot(container).render(
  <StringsProvider value={locale === "ar" ? ar : undefined}>
    <UnsayRoot {...root}>{ATLASES[asked.get("atlas") ?? "state"]?.()}</UnsayRoot>
  </StringsProvider>,
);
