import { test } from "vitest";
import { createDocumentReader } from "./document-reader.js";
import { sourceOf } from "./blocks.js";
test("x", () => {
  for (const cuts of [["* a\n\n*", "* a\n\n* b"], ["* a\n\n* ", "* a\n\n* b"], ["* a\n*", "* a\n* b"], ["* a\n\n*", "* a\n\n**b**"], ["a\n-", "a\n- b"],["1. a\n\n2", "1. a\n\n2. b"]]) {
    const read = createDocumentReader();
    for (const c of cuts) { const b = read(c, true); console.log(JSON.stringify(c), JSON.stringify(b.map((x) => [x.kind, sourceOf(x), (x as any).isLoose, (x as any).segments?.map((s: any) => s.source)]))); }
  }
});
