import { createStructuredStream } from "@unsay/core";

/** Each value is a new one where something changed; what is finished keeps its identity. */
export default {
  name: "unsay createStructuredStream",
  incremental: true,
  snapshot: "a new value, finished parts shared",
  create() {
    const stream = createStructuredStream();
    return {
      push: stream.push,
      value: stream.snapshot,
    };
  },
};
