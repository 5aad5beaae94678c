/** What a line of the summary begins with on its way through the console; the reporter of the package looks for it. */
export const FIGURE_MARK = "figure | ";

/** Tells a number that the tests have measured: it is printed where it is, and once more in the summary. */
export function reportFigure(name: string, value: string): void {
  console.info(`${FIGURE_MARK}${name} | ${value}`);
}
