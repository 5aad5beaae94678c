type Callback = (...given: never[]) => void;

/**
 * The app's functions, so wrapped that an error in one of them stays there: it is caught, and said once for each
 * function on the console. What is measured or counted must never break what is read. Other members stay as they are.
 */
export function guardCallbacks<T extends object>(options: T, names: readonly (keyof T)[]): T {
  const guarded = names.flatMap((name) => {
    const callback = options[name];
    return typeof callback === "function" ? [[name, guard(String(name), callback as unknown as Callback)] as const] : [];
  });
  return { ...options, ...Object.fromEntries(guarded) };
}

function guard(name: string, callback: Callback): Callback {
  let isSaid = false;
  return (...given) => {
    try {
      callback(...given);
    } catch (error) {
      if (!isSaid) console.error(`Unsay: ${name} threw. The stream goes on; later errors of ${name} are not reported.`, error);
      isSaid = true;
    }
  };
}
