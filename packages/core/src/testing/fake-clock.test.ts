import { describe, expect, it } from "vitest";
import { createFakeClock } from "./fake-clock.js";

describe("a fake clock", () => {
  it("never goes back, also when two move it at once", async () => {
    const clock = createFakeClock();
    await Promise.all([clock.advance(500), clock.advance(20)]);
    expect(clock.now()).toBe(500);
  });

  it("runs what falls due in its order, each at its time", async () => {
    const clock = createFakeClock();
    const ran: string[] = [];
    clock.after(30, () => ran.push(`late at ${clock.now()}`));
    clock.after(10, () => ran.push(`early at ${clock.now()}`));
    clock.after(99, () => ran.push("not yet"));
    await clock.advance(50);
    expect(ran).toEqual(["early at 10", "late at 30"]);
  });
});
