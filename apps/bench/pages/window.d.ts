interface Window {
  /** DevTools' `Performance.getMetrics`, after a garbage collection if asked. */
  __devtoolsMetrics(collectFirst: boolean): Promise<Record<string, number>>;
}
