import { brotliCompressSync, brotliDecompressSync, deflateSync, gunzipSync, gzipSync, inflateSync } from "node:zlib";
import {
  type AnswerHeader,
  type AnswerPlan,
  type AnswerSeen,
  type Clock,
  createRandom,
  type Exchange,
  type HashKey,
  keyedHash,
  policyLimits,
  type Treatments,
  type Verdict,
} from "#core";
import { AnswerBook, type AnswerPlace, type AnswerWish, DecoyLedger, pathShape } from "#policy";

/** Answers in the origin's place, and where their decoys went. */
export interface LiveTreatments extends Treatments {
  readonly decoys: DecoyLedger;
}

const bytesMax = policyLimits.answerBytesMax.default;

/** Bodies are learned as text and go out as they came: in the encoding that the origin used and the client asked for. */
const codings: Readonly<Record<string, { decode(bytes: Uint8Array): Buffer; encode(text: Buffer): Buffer }>> = {
  gzip: { decode: (bytes) => gunzipSync(bytes, { maxOutputLength: bytesMax * 8 }), encode: (text) => gzipSync(text) },
  deflate: {
    decode: (bytes) => inflateSync(bytes, { maxOutputLength: bytesMax * 8 }),
    encode: (text) => deflateSync(text),
  },
  br: {
    decode: (bytes) => brotliDecompressSync(bytes, { maxOutputLength: bytesMax * 8 }),
    encode: (text) => brotliCompressSync(text),
  },
};

/** Learns from answers that pass by and makes answers of their look. */
export function createTreatments({
  hashKey,
  clock,
}: {
  readonly hashKey: HashKey;
  readonly clock: Clock;
}): LiveTreatments {
  const book = new AnswerBook();
  const decoys = new DecoyLedger(policyLimits.decoysMax.default);
  const stale = createStaleBook(clock);
  const chance = createRandom(hashKey.k0 ^ 0x5eed);
  return {
    decoys,
    plan(exchange, verdict) {
      const wish = wishOf(verdict);
      const place = placeOf(exchange);
      // Seeded by the reference: what was shown can be made again from it, and so traced.
      const random = createRandom(keyedHash(hashKey, exchange.id) % 0x1_0000_0000);
      const old = verdict.options?.as === "stale" ? stale.find(exchange) : undefined;
      if (old !== undefined) return old;
      const made = book.make(place, wish, { random, now: clock.now() });
      if (made === undefined) return undefined;
      decoys.add(made.decoys, { reference: exchange.id, at: clock.now(), actor: exchange.request.account });
      const body = encoded(made.body, made.headers, exchange);
      return body === undefined ? undefined : { ...made, body };
    },
    sampleBytes(exchange, status) {
      if (stale.wants(exchange, status)) return bytesMax;
      const wanted = book.wants(placeOf(exchange), status, chance);
      return wanted === "all" ? bytesMax : wanted === "time" ? 0 : -1;
    },
    learn(exchange, seen) {
      const body = decoded(seen);
      const text = body === undefined ? { ...seen, body: "", whole: false } : { ...seen, body };
      book.learn(placeOf(exchange), text, keyedHash(hashKey, exchange.client.ip));
      stale.learn(exchange, seen);
    },
  };
}

function wishOf({ action, options }: Verdict): AnswerWish {
  const status = typeof options?.status === "number" ? options.status : undefined;
  const contains = typeof options?.contains === "string" ? options.contains : undefined;
  return { as: action === "deceive" && options?.as === "success" ? "success" : "failure", status, contains };
}

function placeOf({ application, request }: Exchange): AnswerPlace {
  return { application, method: request.method, shape: pathShape(request.path) };
}

function codingOf(headers: readonly AnswerHeader[]): string {
  return headers.find(([name]) => name.toLowerCase() === "content-encoding")?.[1].toLowerCase() ?? "";
}

function decoded(seen: AnswerSeen): string | undefined {
  const coding = codingOf(seen.headers);
  if (coding === "") return Buffer.from(seen.body).toString("utf8");
  if (!seen.whole) return undefined;
  try {
    return codings[coding]?.decode(seen.body).toString("utf8");
  } catch {
    // A body that its own header lies about, or one that would unpack to more than is kept.
    return undefined;
  }
}

/** Undefined: the origin would have encoded, and this client did not ask for it. */
function encoded(text: string, headers: readonly AnswerHeader[], { request }: Exchange): Buffer | undefined {
  const coding = codingOf(headers);
  if (coding === "") return Buffer.from(text);
  const accepts = request.headers.names.findIndex((name) => name.toLowerCase() === "accept-encoding");
  if (!(request.headers.values[accepts] ?? "").includes(coding)) return undefined;
  return codings[coding]?.encode(Buffer.from(text));
}

interface StaleBook {
  wants(exchange: Exchange, status: number): boolean;
  learn(exchange: Exchange, seen: AnswerSeen): void;
  find(exchange: Exchange): AnswerPlan | undefined;
}

const stalePathsMax = 500;
const keptMs = 6 * 3_600_000;

/** The answer that somebody without cookie, token or account got to a path some hours ago: old, and nobody's. */
function createStaleBook(clock: Clock): StaleBook {
  const kept = new Map<string, { readonly plan: AnswerPlan; readonly at: number }>();
  const keyOf = ({ application, request }: Exchange): string => `${application} ${request.path}?${request.query}`;
  const isPublic = ({ request }: Exchange): boolean =>
    request.method === "GET" && request.cookies.length === 0 && request.token === 0 && request.account === 0;
  const isDue = (exchange: Exchange): boolean => {
    const known = kept.get(keyOf(exchange));
    return known === undefined || clock.monotonic() - known.at > keptMs;
  };
  return {
    wants: (exchange, status) => status === 200 && isPublic(exchange) && isDue(exchange),
    learn(exchange, seen) {
      const sets = seen.headers.some(([name]) => name.toLowerCase() === "set-cookie");
      if (seen.status !== 200 || !seen.whole || sets || !isPublic(exchange) || !isDue(exchange)) return;
      if (kept.size >= stalePathsMax) for (const key of [...kept.keys()].slice(0, 1)) kept.delete(key);
      const { whole: _, ...plan } = seen;
      kept.set(keyOf(exchange), { plan, at: clock.monotonic() });
    },
    find: (exchange) => kept.get(keyOf(exchange))?.plan,
  };
}
