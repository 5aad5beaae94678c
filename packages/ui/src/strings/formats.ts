/** Forms of a noun phrase behind a number, by the plural categories of its language. */
export type PluralForms = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };

export interface Formats {
  readonly number: (amount: number) => string;
  /** Hours and minutes. */
  readonly time: (epoch: number) => string;
  readonly date: (epoch: number) => string;
  /** 0.4 is 40 %. */
  readonly percent: (share: number) => string;
  readonly bytes: (size: number) => string;
  /** The number with its noun, where a language has two forms. */
  readonly count: (amount: number, one: string, other: string) => string;
  /** The noun alone in its form; `#` stands for the number. */
  readonly plural: (amount: number, forms: PluralForms) => string;
  readonly list: (items: readonly string[]) => string;
}

/** Numbers, times, plurals and lists of one language. */
export function createFormats(locale: string): Formats {
  const numbers = new Intl.NumberFormat(locale);
  const plurals = new Intl.PluralRules(locale);
  const times = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const percents = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  const lists = new Intl.ListFormat(locale);
  const sizes = (["byte", "kilobyte", "megabyte", "gigabyte"] as const).map(
    (unit) => new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 }),
  );
  const number = (amount: number): string => numbers.format(amount);
  const plural = (amount: number, forms: PluralForms): string =>
    (forms[plurals.select(amount)] ?? forms.other).replace("#", number(amount));
  return {
    number,
    time: (epoch) => times.format(epoch),
    date: (epoch) => dates.format(epoch),
    percent: (share) => percents.format(share),
    bytes: (size) => {
      const step = size < 1 ? 0 : Math.min(sizes.length - 1, Math.floor(Math.log10(size) / 3));
      return sizes[step]?.format(size / 1000 ** step) ?? "";
    },
    count: (amount, one, other) => `${number(amount)} ${plural(amount, { one, other })}`,
    plural,
    list: (items) => lists.format(items),
  };
}
