import type { Action, Kind, Millis } from "#core";

/** Kinds in words, in the order in which reports list them. */
export const kindWords: readonly (readonly [kind: Kind, words: string])[] = [
  ["automated", "automated, undeclared"],
  ["declared-bot", "declared bots"],
  ["verified-agent", "verified agents"],
  ["unknown", "could not be told"],
  ["human", "people, likely"],
];

/** What an action does to an actor, in words. */
export const actionWords: Readonly<Record<Action, string>> = {
  allow: "let through",
  tag: "let through, marked",
  log: "let through, logged",
  throttle: "slowed down",
  "step-up": "asked for more proof",
  hold: "held for review",
  challenge: "challenged",
  deceive: "deceived",
  tarpit: "kept waiting",
  route: "sent elsewhere",
  block: "blocked",
};

export function count(value: number): string {
  return Math.round(value).toLocaleString("en-GB");
}

/** A share of a whole with one decimal; nothing of nothing is 0. */
export function share(part: number, whole: number): string {
  return `${whole === 0 ? "0.0" : ((100 * part) / whole).toFixed(1)} %`;
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** A span in the largest units that tell it: "41 min", "3 d 4 h". */
export function span(ms: Millis): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${Math.floor(hours / 24)} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** "2019-01-22 00:26:14 UTC". */
export function moment(at: Millis): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "unknown" : `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
