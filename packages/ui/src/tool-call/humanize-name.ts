/** `send_email` and `sendEmail` read "Send email". Names come from the tool's author, not from the model. */
export function humanizeName(name: string): string {
  const words = name
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2")
    .split(/[\s._/:-]+/u)
    .filter(Boolean)
    .map((word) => (/^\p{Lu}{2,}$/u.test(word) ? word : word.toLowerCase()));
  const text = words.join(" ");
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
