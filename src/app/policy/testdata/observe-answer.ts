import type { Observation } from "#analyst";

/** An answer as whoever gets it sees it. */
export interface ObservedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** What one answer looks like in numbers: what a classifier could tell it by. @param ms How long it took. */
export function observationOf({ status, headers, body }: ObservedAnswer, ms: number): Observation {
  const names = Object.keys(headers);
  const cookie = String(headers["set-cookie"] ?? "");
  const counted = (pattern: RegExp): number => (body.match(pattern) ?? []).length;
  return {
    ms,
    status,
    headers: names.length,
    order: names.reduce((hash, name) => (Math.imul(hash, 31) + name.length) | 0, 7),
    named: ["retry-after", "cache-control", "server", "set-cookie", "content-length", "transfer-encoding", "connection"].reduce(
      (bits, name, i) => bits + (names.includes(name) ? 2 ** i : 0),
      0,
    ),
    length: body.length,
    cookie: cookie.length,
    cookieDigits: (cookie.match(/\d/g) ?? []).length,
    digits: counted(/\d/g),
    letters: counted(/[a-z]/g),
    capitals: counted(/[A-Z]/g),
    spaces: counted(/ /g),
  };
}
