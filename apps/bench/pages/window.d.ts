interface Window {
  /** DevTools' `Performance.getMetrics`, after a garbage collection if asked. */
  __devtoolsMetrics(collectFirst: boolean): Promise<Record<string, number>>;
  /** A click of the browser's own at this place of the window. */
  __click(x: number, y: number): Promise<void>;
}
