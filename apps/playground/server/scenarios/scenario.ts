import type { Stage } from "./stage.ts";

/** One thing an answer can do. Listed in the picker; also chosen when the user's words hold one of its keywords. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** What the picker sends. */
  readonly prompt: string;
  /** In lower case; the longest that occurs in the message wins. */
  readonly keywords: readonly string[];
  play(stage: Stage): Promise<void>;
}
