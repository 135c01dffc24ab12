import { useSyncExternalStore } from "react";

/** What a person set for this browser. Kept in its storage, never sent. */
export interface Preferences {
  readonly theme: "system" | "light" | "dark";
  /** BCP 47; `en-XA` and `ar-XB` are the pseudo-locales that tests use. */
  readonly language: string;
  readonly zone: "local" | "utc";
}

const key = "gait-preferences";
const listeners = new Set<() => void>();
let current: Preferences = read();

/** The present preferences; the component renders again when they change. */
export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, () => current);
}

/** Changes and keeps preferences, in all parts of the page at once. */
export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(key, JSON.stringify(current));
  } catch {
    // Storage is switched off: the choice holds until the page is closed.
  }
  apply();
  for (const listener of listeners) listener();
}

/** Puts theme, language and direction on the document. */
export function apply(): void {
  const root = document.documentElement;
  if (current.theme === "system") delete root.dataset.theme;
  else root.dataset.theme = current.theme;
  root.lang = current.language;
  root.dir = current.language === "ar-XB" ? "rtl" : "ltr";
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function read(): Preferences {
  const preset: Preferences = { theme: "system", language: preferredLanguage(), zone: "local" };
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "{}") as Partial<Record<keyof Preferences, unknown>>;
    return {
      theme: kept.theme === "light" || kept.theme === "dark" ? kept.theme : preset.theme,
      language: typeof kept.language === "string" ? kept.language : preset.language,
      zone: kept.zone === "utc" ? "utc" : preset.zone,
    };
  } catch {
    return preset;
  }
}

function preferredLanguage(): string {
  return navigator.languages.find((one) => /^(en|de)\b/.test(one))?.startsWith("de") === true ? "de" : "en";
}
