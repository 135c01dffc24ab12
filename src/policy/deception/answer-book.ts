import { type AnswerHeader, type AnswerSeen, type Millis, policyLimits, type Random } from "#core";
import { type AnswerTemplate, type DecoySource, learnTemplate } from "./answer-template.ts";
import { decoyAmong, decoyText } from "./decoy-value.ts";

/** Which answers are meant: those of one application to one method on paths of one shape. */
export interface AnswerPlace {
  readonly application: string;
  readonly method: string;
  readonly shape: string;
}

/** What is wanted of an answer. */
export interface AnswerWish {
  /**
   * The origin's own refusal; or a success that is none, between as many refusals as the origin gives: where some requests
   * fail by themselves, an unbroken row of successes would tell.
   */
  readonly as: "failure" | "success";
  /** Only answers of this status. */
  readonly status?: number | undefined;
  /** Only answers whose body contains this text: where an application says "wrong password" with 200. */
  readonly contains?: string | undefined;
}

/** An answer made up of what the origin's own answers have in common. */
export interface MadeAnswer {
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly AnswerHeader[];
  readonly body: string;
  readonly framing: "length" | "chunked";
  readonly waitMs: Millis;
  /** Values that no real answer holds: whoever shows one was given it here. */
  readonly decoys: readonly string[];
}

/** An answer of the origin with its body as text. */
export type SeenText = Omit<AnswerSeen, "body"> & { readonly body: string };

interface Sample extends Omit<AnswerSeen, "body"> {
  readonly client: number;
  readonly body: string;
}

/** Answers of one place: how it answered lately, and what each status looks like. */
interface PlaceBook {
  count: number;
  /** The newest overwrite the oldest: how often and how fast changes with the hour. */
  readonly lately: { readonly status: number; readonly waitMs: Millis }[];
  readonly statuses: Map<number, StatusBook>;
}

interface StatusBook {
  /** The newest of each client, so that one client's answers are never all there is. */
  readonly samples: Map<number, Sample>;
  /** What was learned from them, by wish; learned anew after some more samples. */
  readonly learned: Map<string, Learned>;
  taken: number;
}

interface Learned {
  readonly samples: readonly Sample[];
  readonly template: AnswerTemplate | undefined;
  readonly taken: number;
}

/** A failure says little about anybody; a success may hold everything about somebody. */
const clientsMin = { failure: 3, success: 5 } as const;
const latelyMax = 64;
const latelyMin = 8;
const newestMax = 12;
/** Shares of answers whose time and whose body are looked at once a place is known. */
const timeShare = 1 / 2;
const bodyShare = 1 / 32;
const samplesMax = 12;
const statusesMax = 6;
const relearnAfter = 8;
const wishesMax = 8;

/**
 * What the origin's own answers look like, by application, method, shape of path and status: heads, bodies and how long they
 * took. From it answers are made that nobody can tell from the origin's. Places used least lately leave when it is full.
 *
 * Evasion: an answer that repeats what was sent (a search term, a user name) is recognised by the term that is missing.
 */
export class AnswerBook {
  readonly #places = new Map<string, PlaceBook>();
  readonly #placesMax: number;

  constructor(placesMax: number = policyLimits.answerPlacesMax.default) {
    this.#placesMax = placesMax;
  }

  /** What of an answer is worth a look. The same chance for every status, or their mix would be learned wrongly. */
  wants(place: AnswerPlace, status: number, random: Random): "all" | "time" | "nothing" {
    const book = this.#places.get(keyOf(place));
    const samples = book?.statuses.get(status)?.samples.size ?? 0;
    const time = book === undefined || book.count < latelyMax || random() < timeShare;
    if (!time) return "nothing";
    return samples < samplesMax || random() < bodyShare ? "all" : "time";
  }

  /** @param seen `body` is empty and `whole` false where only the time was looked at. */
  learn(place: AnswerPlace, seen: SeenText, client: number): void {
    const book = this.#bookOf(place);
    book.lately[book.count % latelyMax] = { status: seen.status, waitMs: seen.waitMs };
    book.count++;
    if (!seen.whole) return;
    const status = statusOf(book, seen.status);
    status.taken++;
    status.samples.delete(client);
    status.samples.set(client, { ...seen, client });
    if (status.samples.size > samplesMax) dropFirst(status.samples);
  }

  /** An answer for a place, or undefined while too few clients were seen there. Pure but for `random`. */
  make(
    place: AnswerPlace,
    wish: AnswerWish,
    { random, now }: { readonly random: Random; readonly now: Millis },
  ): MadeAnswer | undefined {
    const book = this.#places.get(keyOf(place));
    if (book === undefined || book.lately.length < latelyMin) return undefined;
    const looks = looksOf(book, wish);
    if (wish.as === "success" && ![...looks.keys()].some(isSuccess)) return undefined;
    // As often as the origin does lately, and as fast as it is now with that status.
    const fitting = book.lately.filter(({ status }) => looks.has(status));
    const chosen = fitting[Math.floor(random() * fitting.length)];
    const look = chosen === undefined ? undefined : looks.get(chosen.status);
    if (chosen === undefined || look === undefined) return undefined;
    return madeOf(look, waitOf(book, chosen.status, random), { random, now });
  }

  #bookOf(place: AnswerPlace): PlaceBook {
    const key = keyOf(place);
    const book: PlaceBook = this.#places.get(key) ?? { count: 0, lately: [], statuses: new Map() };
    this.#places.delete(key);
    this.#places.set(key, book);
    if (this.#places.size > this.#placesMax) dropFirst(this.#places);
    return book;
  }
}

function statusOf(book: PlaceBook, status: number): StatusBook {
  const known = book.statuses.get(status);
  if (known !== undefined) return known;
  const fresh: StatusBook = { samples: new Map(), learned: new Map(), taken: 0 };
  if (book.statuses.size >= statusesMax) dropFirst(book.statuses);
  book.statuses.set(status, fresh);
  return fresh;
}

function keyOf({ application, method, shape }: AnswerPlace): string {
  return `${application} ${method} ${shape}`;
}

function learnedOf(book: StatusBook, wish: AnswerWish): Learned {
  const key = `${wish.as} ${wish.contains ?? ""}`;
  const known = book.learned.get(key);
  if (known !== undefined && book.taken - known.taken < relearnAfter) return known;
  const samples = largestForm([...book.samples.values()].filter(({ body }) => body.includes(wish.contains ?? "")));
  const template = samples.length < clientsMin[wish.as] ? undefined : learnTemplate(samples.map(({ body }) => body));
  const learned = { samples, template, taken: book.taken };
  if (book.learned.size >= wishesMax) book.learned.clear();
  // Too few samples are looked at again with the next one.
  if (template !== undefined) book.learned.set(key, learned);
  return learned;
}

/** One of the newest times with a status: a busy moment makes every answer late, those of our own, too. */
function waitOf({ count, lately }: PlaceBook, status: number, random: Random): Millis {
  const newest: Millis[] = [];
  for (let back = 1; back <= lately.length && newest.length < newestMax; back++) {
    const one = lately[(count - back + latelyMax) % latelyMax];
    if (one?.status === status) newest.push(one.waitMs);
  }
  return newest[Math.floor(random() * newest.length)] ?? 0;
}

type Look = Learned & { readonly template: AnswerTemplate };

/** What is known well enough to be given for a wish, by status. */
function looksOf(book: PlaceBook, wish: AnswerWish): ReadonlyMap<number, Look> {
  const looks = new Map<number, Look>();
  for (const [status, known] of book.statuses) {
    const as = partOf(status, wish);
    if (as === undefined) continue;
    const { template, ...learned } = learnedOf(known, { ...wish, as });
    if (template !== undefined) looks.set(status, { ...learned, template });
  }
  return looks;
}

/** What an answer of this status is to a wish, if anything. */
function partOf(status: number, wish: AnswerWish): AnswerWish["as"] | undefined {
  if (wish.status !== undefined) return status === wish.status ? wish.as : undefined;
  if (isSuccess(status)) return wish.as === "success" ? "success" : undefined;
  const mixed = wish.as === "failure" || wish.contains === undefined;
  return mixed && isRefusal(status) ? "failure" : undefined;
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 400 && status !== 304;
}

/** A rate limit or a breakdown is not what a wrong password looks like. */
function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 429;
}

/** Answers of one status may be of several forms; those of the commonest are taken, by length of head and look of body. */
function largestForm(samples: readonly Sample[]): readonly Sample[] {
  const forms = new Map<string, Sample[]>();
  for (const sample of samples) {
    const form = `${sample.headers.map(([name]) => name).join(",")} ${sample.framing} ${formOf(sample.body)}`;
    const list = forms.get(form) ?? [];
    list.push(sample);
    forms.set(form, list);
  }
  return [...forms.values()].sort((a, b) => b.length - a.length)[0] ?? [];
}

/** JSON by its outer keys, other text by the number of its words. */
function formOf(body: string): string {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? `json:${Object.keys(value).join(",")}` : "json";
  } catch {
    return `text:${body.split(/[\p{L}\p{N}_]+/u).length}`;
  }
}

function madeOf(
  { samples, template }: Look,
  waitMs: Millis,
  { random, now }: { readonly random: Random; readonly now: Millis },
): MadeAnswer | undefined {
  // Another client's form each time, or every decoy would be of one length.
  const form = Math.floor(random() * samples.length);
  const base = samples[form];
  if (base === undefined) return undefined;
  // One value in two places stays one value: an id that a header and the body share.
  const memo = new Map<string, string>();
  const headers = base.headers.map(([name, value], i): AnswerHeader => {
    const values = samples.map((sample) => sample.headers[i]?.[1] ?? "");
    if (ownFraming.has(name.toLowerCase()) || values.every((one) => one === value)) return [name, value];
    return [name, decoyHeader(values, { form, random, now, memo })];
  });
  const body = template.make({ form, random, now, memo });
  const { status, reason, framing } = base;
  const decoys = [...memo.values()].flatMap(wordsOf).slice(0, decoysPerAnswerMax);
  return { status, reason, headers, body, framing, waitMs, decoys };
}

const decoysPerAnswerMax = 32;
/** Written by whoever sends the answer. */
const ownFraming: ReadonlySet<string> = new Set([
  "date",
  "content-length",
  "transfer-encoding",
  "connection",
  "keep-alive",
]);

/** A header that differs from answer to answer (a cookie, an ETag): only the words that differ are replaced. */
function decoyHeader(values: readonly string[], { form, random, now, memo }: DecoySource): string {
  const split = values.map((value) => value.split(/([A-Za-z0-9_]+)/));
  const base = split[form] ?? [];
  const about = { now, taken: new Set(split.flat()), memo };
  // A frame of its own kind is replaced whole.
  if (split.some((pieces) => pieces.length !== base.length)) return decoyText(values[form] ?? "", random, about);
  return base
    .map((piece, i) => {
      if (split.every((pieces) => pieces[i] === piece)) return piece;
      return decoyAmong(
        piece,
        split.map((pieces) => pieces[i] ?? ""),
        { random, about },
      );
    })
    .join("");
}

/** Long enough to be nobody's by accident. */
function wordsOf(text: string): readonly string[] {
  return (text.match(/[A-Za-z0-9_]{8,}/g) ?? []).filter((word) => /\d/.test(word));
}

function dropFirst(map: Map<unknown, unknown>): void {
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
