import { it } from "vitest";
import { createRecordKinds } from "./testing/shared-stores.js";
import { simulate, tellUndisturbed } from "./testing/simulation/simulate.js";
import { signAtOnce } from "./testing/simulation/sync-crypto.js";
signAtOnce();
it("dbg", async () => {
  const [memory] = createRecordKinds();
  if (process.env.SEED) {
  let rec: any; const kind = { ...memory!, create: async () => (rec = await memory!.create()) };
  const wrong = await simulate(Number(process.env.SEED), kind as any);
  const world = (globalThis as any).WORLD; const E = 1767268800000;
  console.log(JSON.stringify((globalThis as any).PLAN), "disturbed", world.disturbedAt - E);
  for (const o of world.operations) console.log(JSON.stringify({...o, askedAt:o.askedAt-E, answeredAt: o.answeredAt === null ? null : o.answeredAt-E}));
  for (const r of await (await rec.open()).listRuns("t1")) { console.log(r.run, r.mode, r.message, r.createdAt-E, r.owner, JSON.stringify(r.stop)); for (const e of await world.base.read(r.run, 0)) if (e.type !== "span.append") console.log("   ", e.seq, e.t, JSON.stringify({...e, v:0,thread:0,run:0,message:0}).slice(0,200)); }
  console.log(world.deeds.map((d: any)=>JSON.stringify({...d, enteredAt:d.enteredAt-E})).join("\n"));
  console.log(wrong);
  } else for (let i = 0; i < 6; i++) { const t = []; for (let seed = 1; seed < 15; seed++) t.push((await tellUndisturbed(seed, memory!)).awaits); console.log(t.join(" ")); }
}, 100000);
