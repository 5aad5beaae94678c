/** How long tests wait for anything: on a machine that is busy with other tests it comes late, and what is broken never comes. */
export const PATIENCE_MS = 30_000;
