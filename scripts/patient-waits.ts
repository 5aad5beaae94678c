import { vi } from "vitest";
import { PATIENCE_MS } from "./patience.js";

// Unlike for `expect.poll`, there is no setting for it.
const { waitFor } = vi;
vi.waitFor = (look, options) => waitFor(look, typeof options === "number" ? options : { timeout: PATIENCE_MS, ...options });
