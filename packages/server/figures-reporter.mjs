/** Prints at the end what the tests have measured, a line each, so that nobody has to look for it between their names. */

const MARK = "figure | ";

export default class FiguresReporter {
  #figures = new Map();

  onUserConsoleLog({ content }) {
    for (const line of content.split("\n")) {
      if (!line.startsWith(MARK)) continue;
      const [name, value] = line.slice(MARK.length).split(" | ");
      this.#figures.set(name, value);
    }
  }

  onTestRunEnd() {
    const names = [...this.#figures.keys()].toSorted((a, b) => a.localeCompare(b));
    const width = Math.max(0, ...names.map((name) => name.length));
    console.log("\nFigures");
    for (const name of names) console.log(`  ${name.padEnd(width)}  ${this.#figures.get(name)}`);
  }
}
