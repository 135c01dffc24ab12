import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useTranslator } from "../i18n/translate.ts";
import { usePreferences } from "./preferences.ts";

/** Moments as people read them, in their zone. */
export interface TimeFormat {
  /** 14:03:09 */
  clock(at: number): string;
  /** 14:03 */
  minute(at: number): string;
  /** 27 Nov 2026, 14:03:09 UTC */
  full(at: number): string;
  /** 27 Nov, 14:03 */
  short(at: number): string;
  /** 3 minutes ago */
  relative(at: number, now: number): string;
}

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
];

/** Formats for the chosen language and zone. */
export function useTime(): TimeFormat {
  const { zone } = usePreferences();
  const { locale } = useTranslator();
  return useMemo(() => createTimeFormat(locale, zone), [locale, zone]);
}

/** Formats for a language and a zone. */
export function createTimeFormat(locale: string, zone: "local" | "utc"): TimeFormat {
  const base: Intl.DateTimeFormatOptions = { hourCycle: "h23", ...(zone === "utc" ? { timeZone: "UTC" } : {}) };
  const clock = new Intl.DateTimeFormat(locale, { ...base, hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const minute = new Intl.DateTimeFormat(locale, { ...base, hour: "2-digit", minute: "2-digit" });
  const short = new Intl.DateTimeFormat(locale, {
    ...base,
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  });
  const full = new Intl.DateTimeFormat(locale, {
    ...base,
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
  return {
    clock: (at) => clock.format(at),
    minute: (at) => minute.format(at),
    full: (at) => full.format(at),
    short: (at) => short.format(at),
    relative(at, now) {
      const gap = at - now;
      const [unit, size] = units.find(([, ms]) => Math.abs(gap) >= ms) ?? ["second", 1_000];
      return relative.format(Math.trunc(gap / size), unit);
    },
  };
}

/** How long something took, short: 12 ms, 3.4 s, 2 min, 5 h, 3 d. */
export function duration(ms: number, locale: string): string {
  const steps: readonly (readonly [string, number])[] = [
    ["day", 86_400_000],
    ["hour", 3_600_000],
    ["minute", 60_000],
    ["second", 1_000],
    ["millisecond", 1],
  ];
  const [unit, size] = steps.find(([, ms_]) => ms >= ms_) ?? ["millisecond", 1];
  const digits = unit === "second" && ms < 10_000 ? 1 : 0;
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit,
    unitDisplay: unit === "minute" || unit === "hour" || unit === "day" ? "short" : "narrow",
    maximumFractionDigits: digits,
  }).format(ms / size);
}

let tick = Date.now();
const tickers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** Now, renewed every five seconds for everything that shows relative time. */
export function useNow(): number {
  return useSyncExternalStore(
    (listener) => {
      tickers.add(listener);
      timer ??= setInterval(() => {
        tick = Date.now();
        for (const each of tickers) each();
      }, 5_000);
      return () => {
        tickers.delete(listener);
        if (tickers.size > 0 || timer === undefined) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
    () => tick,
  );
}

/** A value that follows another one only after it was quiet for `ms`. */
export function useQuiet<Value>(value: Value, ms: number): Value {
  const [quiet, setQuiet] = useState(value);
  useEffect(() => {
    const wait = setTimeout(() => setQuiet(value), ms);
    return () => clearTimeout(wait);
  }, [value, ms]);
  return quiet;
}
