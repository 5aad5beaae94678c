import { MAX_JSON_DEPTH } from "../../protocol/index.js";

/** Foreign JSON as it may be stored and shown; what is nested too deeply crashes both, so it is left out and said so. */
export function bounded(value: unknown): unknown {
  return isTooDeep(value) ? { omitted: `nested deeper than ${MAX_JSON_DEPTH} levels` } : value;
}

export function isTooDeep(value: unknown): boolean {
  return isDeeperThan(value, MAX_JSON_DEPTH);
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((child) => isDeeperThan(child, levels - 1));
}
