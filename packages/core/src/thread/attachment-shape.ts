import { isNumber, isString, optional, shape } from "../protocol/shape.js";
import type { Attachment } from "../protocol/index.js";

const attachment = shape({ id: isString, name: isString, mediaType: isString, size: optional(isNumber), url: optional(isString) });

/** Whether stored JSON has the shape of an attachment. */
export function isAttachment(value: unknown): value is Attachment {
  return attachment(value);
}
