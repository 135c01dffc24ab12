import type { Millis, Random } from "#core";
import { type DecoyAbout, decoyAmong, decoyNumber, decoyText, isTime } from "./decoy-value.ts";

/** Makes bodies that look like the bodies it was made from and hold nothing of any one of them. */
export interface AnswerTemplate {
  /** Every decoy value comes from `random`: the same seed gives the same body, by which it can be traced. */
  make(by: DecoySource): string;
}

/** What decoys of one answer come from. */
export interface DecoySource {
  /** Whose body lends its form: how long its values are and how many; below the number of bodies. */
  readonly form: number;
  readonly random: Random;
  readonly now: Millis;
  readonly memo: Map<string, string>;
}

/**
 * Learns what bodies of different clients have in common. What is the same in all of them is the application's and stays;
 * what differs is somebody's and is replaced by a decoy of the same look. Undefined where they are not of one form.
 *
 * Bodies must be of that many different clients that a shared value cannot be one person's; the caller sees to it.
 */
export function learnTemplate(bodies: readonly string[]): AnswerTemplate | undefined {
  const [first] = bodies;
  if (first === undefined) return undefined;
  if (bodies.every((body) => body === first)) return { make: () => first };
  return jsonTemplate(bodies) ?? textTemplate(bodies);
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

function jsonTemplate(bodies: readonly string[]): AnswerTemplate | undefined {
  const parsed = bodies.map(parseJson);
  const [base] = parsed;
  if (base === undefined || parsed.some((one) => one === undefined)) return undefined;
  const indent = [0, 2, 4].find((spaces) => JSON.stringify(base.value, null, spaces) === bodies[0]?.trimEnd());
  if (indent === undefined) return undefined;
  const tail = bodies[0]?.slice(bodies[0].trimEnd().length) ?? "";
  const texts = wordsByPath(parsed.map((one) => one?.value ?? null));
  const seen = new Map<string, Set<Json>>();
  const carriers = new Map<string, number>();
  for (const one of parsed) {
    const here = new Set<string>();
    collect(one?.value ?? null, "", { seen, here });
    for (const path of here) carriers.set(path, (carriers.get(path) ?? 0) + 1);
  }
  const taken = new Set([...seen.values()].flatMap((values) => [...values].map(String)));
  const shared = (path: string): boolean => seen.get(path)?.size === 1 && carriers.get(path) === bodies.length;
  return {
    make({ form, random, now, memo }) {
      const value = parsed[form]?.value ?? base.value;
      const made = fill(value, "", { shared, texts, random, about: { now, taken, memo } });
      return JSON.stringify(made, null, indent) + tail;
    },
  };
}

function parseJson(text: string): { readonly value: Json } | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    // Not JSON after all; the text form may fit.
    return undefined;
  }
}

function collect(
  value: Json,
  path: string,
  into: { readonly seen: Map<string, Set<Json>>; readonly here: Set<string> },
): void {
  if (Array.isArray(value)) {
    for (const one of value) collect(one as Json, `${path}[]`, into);
    return;
  }
  if (typeof value === "object" && value !== null) {
    for (const [key, one] of Object.entries(value)) collect(one as Json, `${path}.${key}`, into);
    return;
  }
  const values = into.seen.get(path) ?? new Set<Json>();
  values.add(value as Json);
  into.seen.set(path, values);
  into.here.add(path);
}

/** Texts of one kind, cut into words: what stood at each place, over all clients. Undefined where their forms differ. */
function wordsByPath(values: readonly Json[]): ReadonlyMap<string, readonly (readonly string[])[]> {
  const found = new Map<string, string[][] | null>();
  const visit = (value: Json, path: string): void => {
    if (Array.isArray(value)) for (const one of value) visit(one as Json, `${path}[]`);
    else if (typeof value === "object" && value !== null) {
      for (const [key, one] of Object.entries(value)) visit(one as Json, `${path}.${key}`);
    } else if (typeof value === "string") {
      const pieces = wordsApart(value);
      const known = found.get(path);
      if (known === undefined)
        found.set(
          path,
          pieces.map((piece) => [piece]),
        );
      else if (known === null || known.length !== pieces.length) found.set(path, null);
      else for (const [i, piece] of pieces.entries()) known[i]?.push(piece);
    }
  };
  for (const value of values) visit(value, "");
  return new Map([...found].flatMap(([path, words]) => (words === null ? [] : [[path, words] as const])));
}

function wordsApart(text: string): string[] {
  return text.split(/([\p{L}\p{N}_]+)/u);
}

interface Filling {
  shared(path: string): boolean;
  /** What stood at each place of a text, over all clients, by path. */
  readonly texts: ReadonlyMap<string, readonly (readonly string[])[]>;
  readonly random: Random;
  readonly about: DecoyAbout;
}

/** Keys of an object can be somebody's, too (`{"anna@example.org": …}`): one that not everybody has is replaced. */
function fill(value: Json, path: string, filling: Filling): Json {
  const { shared, random, about } = filling;
  if (Array.isArray(value)) return value.map((one) => fill(one as Json, `${path}[]`, filling));
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([key, one]) => {
      const plain = /^[A-Za-z_][A-Za-z0-9_-]{0,40}$/.test(key);
      return [plain ? key : decoyText(key, random, about), fill(one as Json, `${path}.${key}`, filling)];
    });
    return Object.fromEntries(entries) as Json;
  }
  if (shared(path) || value === null) return value as Json;
  if (typeof value === "boolean") return random() < 0.5;
  if (typeof value === "number") return decoyNumber(value, random, about);
  const text = String(value);
  const words = filling.texts.get(path);
  // A time is one value, however many words it has.
  if (words === undefined || isTime(text)) return decoyText(text, random, about);
  const known = about.memo.get(text);
  if (known !== undefined) return known;
  const made = wordsApart(text)
    .map((piece, i) => decoyAmong(piece, words[i] ?? [], { random, about }))
    .join("");
  about.memo.set(text, made);
  return made;
}

const piecesMax = 20_000;

/** Markup and other text: words at the same place in the same frame of everything that is no word. */
function textTemplate(bodies: readonly string[]): AnswerTemplate | undefined {
  const split = bodies.map((body) => body.split(/([\p{L}\p{N}_]+)/u));
  const [base] = split;
  if (base === undefined || base.length > piecesMax) return undefined;
  if (split.some((pieces) => pieces.length !== base.length)) return undefined;
  const varies = base.map((piece, i) => split.some((pieces) => pieces[i] !== piece));
  // Even places hold what is between words: the frame must be one.
  if (varies.some((differs, i) => differs && i % 2 === 0)) return undefined;
  const taken = new Set(split.flatMap((pieces) => pieces.filter((_, i) => varies[i])));
  return {
    make: ({ form, random, now, memo }) =>
      (split[form] ?? base)
        .map((piece, i) => {
          if (varies[i] !== true) return piece;
          const words = split.map((pieces) => pieces[i] ?? "");
          return decoyAmong(piece, words, { random, about: { now, taken, memo } });
        })
        .join(""),
  };
}
