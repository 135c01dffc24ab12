import type { Millis } from "#core";

const months: Readonly<Record<string, number>> = {
  jan: 0,
  feb: 1,
  mar: 2,
  apr: 3,
  may: 4,
  jun: 5,
  jul: 6,
  aug: 7,
  sep: 8,
  oct: 9,
  nov: 10,
  dec: 11,
};

const dayMs = 86_400_000;

/** Two decimal digits at `at`; negative where there are none. */
function two(bytes: Buffer, at: number): number {
  const high = (bytes[at] as number) - 0x30;
  const low = (bytes[at + 1] as number) - 0x30;
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : -1_000_000;
}

/**
 * Reads the Common Log Format's time, `22/Jan/2019:03:56:14 +0330` with optional fraction
 * (`14/Jan/2015:12:48:57.127`), as milliseconds since the epoch. The day and the zone repeat from line to line
 * and are worked out once. A missing zone is read as `zoneDefaultMinutes` (UTC unless told).
 */
export class ClfTimeReader {
  readonly #day = Buffer.alloc(12);
  #dayMs: Millis = Number.NaN;
  readonly #zone = Buffer.alloc(5);
  #zoneMs: Millis = Number.NaN;
  readonly #zoneDefaultMs: Millis;

  constructor(zoneDefaultMinutes = 0) {
    this.#zoneDefaultMs = zoneDefaultMinutes * 60_000;
  }

  /** NaN when the bytes are no such time. */
  read(bytes: Buffer, start: number, end: number): Millis {
    if (end - start < 20 || bytes[start + 11] !== 0x3a) return Number.NaN;
    const hour = two(bytes, start + 12);
    const minute = two(bytes, start + 15);
    const second = two(bytes, start + 18);
    const ofDay = (hour * 60 + minute) * 60 + second;
    if (hour > 23 || minute > 59 || second > 60 || ofDay < 0) return Number.NaN;
    let at = start + 20;
    let fraction = 0;
    if (bytes[at] === 0x2e) {
      let scale = 100;
      for (at += 1; at < end; at++) {
        const digit = (bytes[at] as number) - 0x30;
        if (digit < 0 || digit > 9) break;
        fraction += digit * scale;
        scale /= 10;
      }
    }
    return this.#dayOf(bytes, start) + ofDay * 1000 + fraction - this.#zoneOf(bytes, at, end);
  }

  #dayOf(bytes: Buffer, start: number): Millis {
    const day = this.#day;
    let i = 0;
    while (i < 11 && day[i] === bytes[start + i]) i++;
    if (i === 11) return this.#dayMs;
    bytes.copy(day, 0, start, start + 11);
    const text = day.toString("latin1", 0, 11);
    this.#dayMs = dayFrom(text.slice(7, 11), months[text.slice(3, 6).toLowerCase()] ?? Number.NaN, text.slice(0, 2));
    return this.#dayMs;
  }

  #zoneOf(bytes: Buffer, at: number, end: number): Millis {
    if (at >= end) return this.#zoneDefaultMs;
    if (bytes[at] !== 0x20 || end - at < 6) return Number.NaN;
    const zone = this.#zone;
    let i = 0;
    while (i < 5 && zone[i] === bytes[at + 1 + i]) i++;
    if (i === 5) return this.#zoneMs;
    bytes.copy(zone, 0, at + 1, at + 6);
    this.#zoneMs = zoneFrom(zone.toString("latin1", 0, 5));
    return this.#zoneMs;
  }
}

function dayFrom(year: string, month: number, day: string): Millis {
  const at = Date.UTC(Number(year), month, Number(day));
  // Date.UTC rolls 31 February over into March; a log never means that.
  return new Date(at).getUTCDate() === Number(day) ? at : Number.NaN;
}

/** `+0330`, `-07:00` or `Z` in milliseconds east of UTC. */
function zoneFrom(text: string): Millis {
  if (text === "Z" || text === "z") return 0;
  const match = /^([+-])(\d\d):?(\d\d)$/.exec(text);
  if (match === null) return Number.NaN;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return (match[1] === "-" ? -1 : 1) * minutes * 60_000;
}

const isoPattern = /^(\d{4})-(\d\d)-(\d\d)[T\s](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s?(Z|z|[+-]\d\d:?\d\d)?$/;

/** Reads ISO 8601 / RFC 3339 with up to nanoseconds; without a zone it is UTC. NaN when it is none. */
export function isoTime(text: string): Millis {
  const match = isoPattern.exec(text);
  if (match === null) return Number.NaN;
  const [, year = "", month = "", day = "", hour, minute, second, fraction, zone] = match;
  const at = dayFrom(year, Number(month) - 1, day);
  const ofDay = (Number(hour) * 60 + Number(minute)) * 60 + Number(second);
  if (ofDay > dayMs / 1000) return Number.NaN;
  const part = fraction === undefined ? 0 : Number(`0.${fraction}`) * 1000;
  return at + ofDay * 1000 + part - (zone === undefined ? 0 : zoneFrom(zone));
}

/**
 * Reads an epoch given in seconds, milliseconds, microseconds or nanoseconds, told apart by magnitude:
 * every unit is unambiguous for times between 1980 and 2200.
 */
export function epochTime(value: number): Millis {
  if (!Number.isFinite(value) || value < 3e8) return Number.NaN;
  if (value < 7.3e9) return value * 1000;
  if (value < 7.3e12) return value >= 3e11 ? value : Number.NaN;
  if (value < 7.3e15) return value >= 3e14 ? value / 1e3 : Number.NaN;
  return value >= 3e17 && value < 7.3e18 ? value / 1e6 : Number.NaN;
}

/** Any of the notations above, as fields of JSON logs carry them. */
export function anyTime(value: unknown): Millis {
  if (typeof value === "number") return epochTime(value);
  if (typeof value !== "string") return Number.NaN;
  if (/^\d{9,19}(?:\.\d{1,9})?$/.test(value)) return epochTime(Number(value));
  const iso = isoTime(value);
  if (!Number.isNaN(iso)) return iso;
  const bytes = Buffer.from(value.replace(/^\[|\]$/g, ""), "latin1");
  return new ClfTimeReader().read(bytes, 0, bytes.length);
}
