import type { Exchange } from "#core";

/** Headers that ordinary visitors send with nearly every request. */
export type UsualHeader = "accept" | "accept-language" | "accept-encoding" | "sec-fetch-site" | "origin";

/** Sorts of headers that they do not send. */
export type StrangeHeader = "forwarded" | "automation" | "override" | "prefetch";

const bits: Readonly<Record<UsualHeader | StrangeHeader, number>> = {
  accept: 1,
  "accept-language": 2,
  "accept-encoding": 4,
  "sec-fetch-site": 8,
  origin: 16,
  forwarded: 32,
  automation: 64,
  override: 128,
  prefetch: 256,
};

/** All that a browser of today sends, whatever it asks for. */
const whole = bits.accept | bits["accept-language"] | bits["accept-encoding"] | bits["sec-fetch-site"];
const strange = bits.forwarded | bits.automation | bits.override | bits.prefetch;

const bitOf: ReadonlyMap<string, number> = new Map<string, number>([
  ["accept", bits.accept],
  ["accept-language", bits["accept-language"]],
  ["accept-encoding", bits["accept-encoding"]],
  ["sec-fetch-site", bits["sec-fetch-site"]],
  ["origin", bits.origin],
  ...["x-originating-ip", "x-remote-ip", "x-remote-addr", "x-client-ip", "client-ip"].map(
    (name) => [name, bits.forwarded] as const,
  ),
  ...[
    "x-selenium",
    "x-playwright",
    "x-puppeteer",
    "x-scrapy",
    "x-crawlera-profile",
    "x-devtools-emulate-network-conditions-client-id",
  ].map((name) => [name, bits.automation] as const),
  ...["x-http-method-override", "x-method-override"].map((name) => [name, bits.override] as const),
  ...["sec-purpose", "purpose"].map((name) => [name, bits.prefetch] as const),
]);

/** Shapes of headers whose marks are remembered: people wear a few hundred of them. */
const shapesMax = 1_024;

/**
 * Which of these headers a request carries with a value, as bits: one pass over its headers for all fields that ask. Lists of
 * names with one structural hash have the same marks while no value is empty, so that a shape is read once.
 */
export class HeaderMarks {
  readonly #byShape = new Map<string, number>();

  of({ client, request: { headers } }: Exchange): number {
    const shape = headers.values.includes("") ? "" : client.fingerprint.headers;
    const known = shape === "" ? undefined : this.#byShape.get(shape);
    if (known !== undefined) return known;
    const marks = readMarks(headers);
    if (shape === "") return marks;
    if (this.#byShape.size >= shapesMax) this.#byShape.clear();
    this.#byShape.set(shape, marks);
    return marks;
  }
}

function readMarks({ names, values }: Exchange["request"]["headers"]): number {
  let marks = 0;
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    const bit = bitOf.get(name) ?? bitOf.get(name.toLowerCase());
    if (bit !== undefined && values[i] !== "") marks |= bit;
  }
  return marks;
}

export function carriesHeader(marks: number, which: UsualHeader | StrangeHeader): boolean {
  return (marks & bits[which]) !== 0;
}

/** Nothing is missing that browsers send, as far as that was observed, and nothing is there that they do not. */
export function isOrdinary(marks: number, observed: boolean): boolean {
  return (marks & strange) === 0 && (!observed || (marks & whole) === whole);
}
