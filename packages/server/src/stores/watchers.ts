/** Who wants to be told of news under which name. */
export class Watchers {
  readonly #byName = new Map<string, Set<() => void>>();

  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  add(name: string, onNews: () => void): () => void {
    // A function of its own, so that the same one can watch twice.
    const call = () => onNews();
    const known = this.#byName.get(name);
    if (known === undefined) this.#byName.set(name, new Set([call]));
    else known.add(call);
    return () => this.#remove(name, call);
  }

  tell(name: string): void {
    for (const onNews of this.#byName.get(name) ?? []) onNews();
  }

  tellAll(): void {
    for (const name of this.names) this.tell(name);
  }

  #remove(name: string, call: () => void): void {
    const known = this.#byName.get(name);
    known?.delete(call);
    if (known?.size === 0) this.#byName.delete(name);
  }
}
