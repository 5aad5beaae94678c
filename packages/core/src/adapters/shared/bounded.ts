import { DEFAULT_LIMITS, isDeeperThan } from "../../protocol/index.js";

/** Foreign JSON as it may be stored and shown; what is nested too deeply crashes both, so it is left out and said so. */
export function bounded(value: unknown, levels: number = DEFAULT_LIMITS.jsonDepth): unknown {
  return isTooDeep(value, levels) ? { omitted: `nested deeper than ${levels} levels` } : value;
}

export function isTooDeep(value: unknown, levels: number = DEFAULT_LIMITS.jsonDepth): boolean {
  return isDeeperThan(value, levels);
}
