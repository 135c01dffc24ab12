import type { Message, MessageKey, Messages } from "./english/index.ts";

const accents: Readonly<Record<string, string>> = {
  a: "á",
  e: "é",
  i: "í",
  o: "ó",
  u: "ú",
  A: "Á",
  E: "É",
  I: "Í",
  O: "Ó",
  U: "Ú",
};

/**
 * English made strange and a third longer, in brackets: a text without brackets never went through translation, one
 * whose end is missing was clipped. Places such as `{count}` stay.
 */
export function pseudo(messages: Messages): Messages {
  const entries = Object.entries(messages) as [MessageKey, Message][];
  return Object.fromEntries(
    entries.map(([key, message]) => [
      key,
      typeof message === "string" ? strange(message) : { one: strange(message.one), other: strange(message.other) },
    ]),
  ) as Messages;
}

function strange(text: string): string {
  const accented = text
    .split(/(\{\w+\})/)
    .map((part) => (part.startsWith("{") ? part : part.replace(/[aeiouAEIOU]/g, (letter) => accents[letter] ?? letter)))
    .join("");
  return `⟦${accented}${"~".repeat(Math.ceil(text.length * 0.3))}⟧`;
}
