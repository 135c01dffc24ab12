import { useEffect, useState, useSyncExternalStore } from "react";
import { usePreferences } from "../state/preferences.ts";
import { english, type Message, type MessageKey, type Messages } from "./english/index.ts";
import { pseudo } from "./pseudo.ts";

/** Values for the `{name}` places of a message. `count` also chooses between `one` and `other`. */
export type Values = Readonly<Record<string, string | number>>;

/** Words and numbers in the language of the person. */
export interface Translator {
  /** BCP 47 tag for dates and numbers. */
  readonly locale: string;
  (key: MessageKey, values?: Values): string;
  number(value: number, options?: Intl.NumberFormatOptions): string;
  /** A share 0–1 as per cent. */
  percent(share: number): string;
  /** 12,345 → 12.3K. */
  compact(value: number): string;
}

let loaded: { readonly language: string; readonly translator: Translator } = {
  language: "en",
  translator: createTranslator("en", english),
};
const listeners = new Set<() => void>();

/** The translator of the chosen language; English until another one has been loaded. */
export function useTranslator(): Translator {
  return useSyncExternalStore(subscribe, () => loaded.translator);
}

/** Loads the chosen language; false until it is there, so that nothing flashes in English first. */
export function useLanguage(): boolean {
  const { language } = usePreferences();
  const [ready, setReady] = useState(loaded.language === language);
  useEffect(() => {
    let current = true;
    void load(language).then(() => {
      if (current) setReady(true);
    });
    return () => {
      current = false;
    };
  }, [language]);
  return ready;
}

/** Fetches a language's messages and makes them the present ones. */
export async function load(language: string): Promise<void> {
  if (language === loaded.language) return;
  const messages = await messagesOf(language);
  loaded = { language, translator: createTranslator(language, messages) };
  for (const listener of listeners) listener();
}

/** A translator for given messages. Pure. */
export function createTranslator(language: string, messages: Messages): Translator {
  const locale = language === "en-XA" || language === "ar-XB" ? "en" : language;
  const plural = new Intl.PluralRules(locale);
  const compact = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  const say = (key: MessageKey, values: Values = {}): string => {
    const message: Message = messages[key];
    const count = values.count;
    const text =
      typeof message === "string"
        ? message
        : typeof count === "number" && plural.select(count) === "one"
          ? message.one
          : message.other;
    return text.replace(/\{(\w+)\}/g, (whole_, name: string) => {
      const value = values[name];
      if (value === undefined) return whole_;
      return typeof value === "number" ? whole.format(value) : value;
    });
  };
  return Object.assign(say, {
    locale,
    number: (value: number, options?: Intl.NumberFormatOptions) =>
      options === undefined ? whole.format(value) : new Intl.NumberFormat(locale, options).format(value),
    percent: (share: number) => percent.format(share),
    compact: (value: number) => compact.format(value),
  });
}

async function messagesOf(language: string): Promise<Messages> {
  if (language === "de") return (await import("./german/index.ts")).german;
  if (language === "en-XA" || language === "ar-XB") return pseudo(english);
  return english;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
