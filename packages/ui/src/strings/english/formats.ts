import { createFormats, type Formats } from "../formats.js";

export const english: Formats = /* @__PURE__ */ createFormats("en");
