import { preload } from "../on-demand/pieces.js";

// Tests look at what a reader sees in the end. What stands there before has tests of its own, with pieces they hold back.
await preload();
