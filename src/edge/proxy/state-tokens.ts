import { edgeLimits, type Hashed, type HashKey, keyedHash, tokensUnseen } from "#core";
import { field, fieldValue, type ResponseHead } from "#wire";

/** Shorter values are guessed or counted up; longer ones are documents. */
const charsMin = 16;
const charsMax = 256;
/** Different characters that a value drawn at random has at least, practically always. */
const distinctMin = 9;
/** Values of one exchange that are looked at. */
const tokensMax = 16;
const answerBytesMax: number = edgeLimits.tokenSampleBytes.default;
const none: readonly Hashed[] = Object.freeze([]);

/** Characters of base64url, hex, UUID and JWT; no slash, so that no path is taken for a token. */
const tokenChar: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) =>
  /[A-Za-z0-9_.~+=-]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** Whether a value looks drawn at random: a form token, a nonce, a UUID, a signed state. Words, dates and numbers are not. */
export function looksDrawn(value: string): boolean {
  if (value.length < charsMin || value.length > charsMax) return false;
  let [digits, seenDigits, capitals, letters, distinct] = [0, 0, 0, 0, 0];
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code > 127 || tokenChar[code] === 0) return false;
    if (code >= 48 && code <= 57) digits++;
    const bit = 1 << (code & 31);
    // Each of the three rows of ASCII that tokens are made of has 32 places.
    const seen = code < 64 ? seenDigits : code < 96 ? capitals : letters;
    if ((seen & bit) !== 0) continue;
    distinct++;
    if (code < 64) seenDigits |= bit;
    else if (code < 96) capitals |= bit;
    else letters |= bit;
  }
  return distinct >= distinctMin && digits > 0 && digits < value.length;
}

/** The state tokens that a query string brings. */
export function tokensOfQuery(query: string, key: HashKey): readonly Hashed[] {
  if (query.length < charsMin) return none;
  const found: Hashed[] = [];
  let start = 0;
  while (start < query.length && found.length < tokensMax) {
    let end = query.indexOf("&", start);
    if (end < 0) end = query.length;
    const equals = query.indexOf("=", start);
    if (equals >= 0 && equals < end && end - equals > charsMin) {
      const value = query.slice(equals + 1, end);
      if (looksDrawn(value)) found.push(keyedHash(key, value));
    }
    start = end + 1;
  }
  return found.length === 0 ? none : found;
}

/** Token hashes of values that a body's reader picked out. */
export function tokensOf(values: readonly string[], key: HashKey): readonly Hashed[] {
  return values.length === 0 ? none : values.slice(0, tokensMax).map((value) => keyedHash(key, value));
}

/** Bytes of answers that may still be read in this second, shared by all connections of a process. */
export interface TokenBudget {
  second: number;
  bytes: number;
}

/**
 * The beginning of an answer that may issue state tokens: JSON and HTML, uncompressed, within the bytes of one answer and
 * of one second. Whatever could not be read whole makes the session's tokens unknown, so that a request is never charged
 * with what an unread answer had issued.
 */
export class TokenSample {
  readonly #kind: "json" | "html";
  readonly #chunks: Buffer[] = [];
  #length = 0;
  #whole = true;

  private constructor(kind: "json" | "html") {
    this.#kind = kind;
  }

  /** A sample where there is something to read; "unseen" where there is and it cannot be; undefined where there is nothing. */
  static begin(head: ResponseHead, budget: TokenBudget, now: number): TokenSample | "unseen" | undefined {
    if (head.status === 101 || head.status === 304 || head.status >= 500) return undefined;
    const kind = kindOf(fieldValue(head.fields, field.contentType));
    if (kind === undefined) return undefined;
    const encoding = encodingOf(head);
    if (encoding !== "" && encoding !== "identity") return "unseen";
    const second = Math.floor(now / 1_000);
    if (second !== budget.second) {
      budget.second = second;
      budget.bytes = edgeLimits.tokenSampleBytesPerSecond.default;
    }
    if (budget.bytes <= 0) return "unseen";
    return new TokenSample(kind);
  }

  add(chunk: Buffer, budget: TokenBudget): void {
    budget.bytes -= chunk.length;
    if (!this.#whole) return;
    if (this.#length + chunk.length > answerBytesMax || budget.bytes < 0) {
      this.#whole = false;
      this.#chunks.length = 0;
      return;
    }
    this.#chunks.push(Buffer.from(chunk));
    this.#length += chunk.length;
  }

  /** What the answer issued, as keyed hashes. */
  tokens(key: HashKey): readonly Hashed[] {
    if (!this.#whole) return tokensUnseen;
    if (this.#length < charsMin) return none;
    const body = Buffer.concat(this.#chunks, this.#length);
    const found: Hashed[] = [];
    for (let at = body.indexOf(34); at >= 0 && found.length < tokensMax; ) {
      let end = at + 1;
      while (end < body.length && tokenChar[body[end] as number] === 1) end++;
      const closed = body[end] === 34 && end - at > charsMin;
      if (closed && (this.#kind === "json" || isValue(body, at))) {
        const value = body.toString("latin1", at + 1, end);
        if (looksDrawn(value)) found.push(keyedHash(key, value));
      }
      at = body.indexOf(34, end === at + 1 ? end : closed ? end + 1 : end);
    }
    return found.length === 0 ? none : found;
  }
}

/** What an answer issued, whether it was read, could not be, or had nothing to read. */
export function issuedTokens(sample: TokenSample | "unseen" | undefined, key: HashKey): readonly Hashed[] {
  if (sample === undefined) return none;
  return sample === "unseen" ? tokensUnseen : sample.tokens(key);
}

/** In HTML, values of fields and of `meta`, and strings of JSON inside scripts: not file names, classes or checksums. */
function isValue(body: Buffer, quote: number): boolean {
  const before = body[quote - 1];
  if (before === 58 || (before === 32 && body[quote - 2] === 58)) return true;
  if (before !== 61) return false;
  const name = body.toString("latin1", Math.max(0, quote - 9), quote - 1).toLowerCase();
  return name.endsWith(" value") || name.endsWith(" content");
}

function kindOf(contentType: string): "json" | "html" | undefined {
  if (contentType.startsWith("text/html")) return "html";
  if (contentType.startsWith("application/json") || contentType.startsWith("application/vnd.")) return "json";
  return undefined;
}

function encodingOf({ fields }: ResponseHead): string {
  for (let i = 0; i < fields.names.length; i++)
    if ((fields.names[i] as string).toLowerCase() === "content-encoding")
      return (fields.values[i] as string).toLowerCase();
  return "";
}
