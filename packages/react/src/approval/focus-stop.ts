/** Puts the focus on one of the stops that keys and buttons lead to. Of a request all is brought into view, and not its title alone. */
export function focusStop(stop: HTMLElement, options?: FocusOptions): void {
  stop.focus(options);
  const gate = stop.closest('[data-unsay="approval-gate"]');
  if (gate === null) return;
  gate.scrollIntoView({ block: "nearest" });
  // Of one that is taller than the room there is, its beginning.
  stop.scrollIntoView({ block: "nearest" });
}
