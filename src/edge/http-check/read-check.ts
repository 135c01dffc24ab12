import { besideLimits, edgeLimits, type Observes, observesAll } from "#core";
import { canonicalAddress, isRefusal, type NetworkSet, parseRequestHead, type Refusal, refusal } from "#wire";
import { type AskedRequest, askedHeadLimits } from "../beside/decision-service.ts";
import { type CheckDialect, QuestionNames, told, toldKinds } from "./question-names.ts";

/** What a proxy that asks by subrequest shows: the request, and nothing of the answer. The cookie axes are off. */
export const checkObserves: Observes = Object.freeze({
  ...observesAll,
  setCookie: "none",
  response: false,
  tls: false,
  body: false,
});

/** What nginx shows when its njs module reports answers, too (deploy/nginx/nginx-with-answers.conf). */
export const nginxAnswersObserves: Observes = Object.freeze({ ...checkObserves, setCookie: "all", response: true });

const hopsMax = edgeLimits.forwardedHopsMax.default;
const COLON = 0x3a;
const CR = 0x0d;
const LF = 0x0a;
/** Room for the request line and Host that are put in front of the client's lines; what is longer is refused. */
const frontBytesMax = 2 * askedHeadLimits.targetBytesMax;

/**
 * Reads the questions of one dialect. A question is read in one pass over its lines: what the proxy says is taken out,
 * and what the client sent stays, in the order in which it came, behind the method and target that are judged. That head
 * goes through our own strict parser, so that a connector is not a way around it. One reader serves every connection,
 * since a question is answered before the next one is looked at.
 */
export class CheckReader {
  readonly #dialect: CheckDialect;
  readonly #trusted: NetworkSet;
  readonly #names: QuestionNames;
  readonly #scratch: Buffer = Buffer.allocUnsafe(frontBytesMax + besideLimits.checkHeadBytesMax.default);
  readonly #values = new Array<string>(toldKinds).fill("");
  /** Bytes of the body of the question read last, to be passed over; -1: not known, so the connection ends. */
  bodyBytes = 0;
  /** Whether the connection lives on after the question read last. */
  persistent = false;

  constructor(dialect: CheckDialect, trusted: NetworkSet) {
    this.#dialect = dialect;
    this.#trusted = trusted;
    this.#names = new QuestionNames(dialect);
  }

  /** Reads the head that lies at bytes[start, end), `end` just behind the empty line. */
  read(bytes: Buffer, start: number, end: number): AskedRequest | Refusal {
    this.#values.fill("");
    this.bodyBytes = -1;
    this.persistent = false;
    const lineEnd = lineBreakAt(bytes, start);
    const line = bytes.toString("latin1", start, lineEnd);
    const methodEnd = line.indexOf(" ");
    const targetEnd = line.indexOf(" ", methodEnd + 1);
    const version = line.slice(targetEnd + 1);
    if (methodEnd <= 0 || (version !== "HTTP/1.1" && version !== "HTTP/1.0")) return refusal(400, "check-line");
    if (this.#dialect === "ext-authz") {
      this.#values[told.method] = line.slice(0, methodEnd);
      this.#values[told.target] = line.slice(methodEnd + 1, targetEnd);
    }
    const linesEnd = this.#takeLines(bytes, lineEnd + 2, end);
    if (linesEnd < 0) return refusal(400, "check-line");
    if (!this.#frame(version)) return refusal(400, "check-framing");
    return this.#assemble(linesEnd);
  }

  /** Copies the client's lines and keeps the proxy's. @returns The end of the copy, or -1 where a line is none. */
  #takeLines(bytes: Buffer, start: number, end: number): number {
    let into = frontBytesMax;
    let runStart = start;
    let at = start;
    const last = end - 2;
    while (at < last) {
      let nameEnd = at;
      while (nameEnd < last && bytes[nameEnd] !== COLON) nameEnd++;
      const next = lineBreakAt(bytes, nameEnd) + 2;
      if (nameEnd === last || nameEnd === at) return -1;
      const kind = this.#names.kindOf(bytes, at, nameEnd);
      if (kind !== told.client) {
        into += bytes.copy(this.#scratch, into, runStart, at);
        runStart = next;
        if (kind !== told.dropped && !this.#keep(kind, bytes.toString("latin1", nameEnd + 1, next - 2).trim()))
          return -1;
      }
      at = next;
    }
    // With the empty line that ends the head.
    return into + bytes.copy(this.#scratch, into, runStart, end);
  }

  /** False where a header stands twice that only the proxy may set: one of them would be the client's. */
  #keep(kind: number, value: string): boolean {
    const before = this.#values[kind] as string;
    if (before === "") this.#values[kind] = value;
    else if (kind === told.address || kind === told.connection) this.#values[kind] = `${before}, ${value}`;
    else return kind === told.host && before === value;
    return true;
  }

  /** Works out where the question ends and whether another may follow (RFC 9112 sections 6 and 9.3). */
  #frame(version: string): boolean {
    const length = this.#values[told.contentLength] as string;
    if (!/^[0-9]{0,9}$/.test(length)) return false;
    const connection = (this.#values[told.connection] as string).toLowerCase();
    const chunked = this.#values[told.transferEncoding] !== "";
    this.bodyBytes = chunked ? -1 : Number(length);
    this.persistent =
      !chunked && (version === "HTTP/1.1" ? !connection.includes("close") : connection.includes("keep-alive"));
    return true;
  }

  #assemble(linesEnd: number): AskedRequest | Refusal {
    const values = this.#values;
    const method = values[told.method] as string;
    const target = values[told.target] as string;
    if (method === "" || target === "") return refusal(400, "check-incomplete");
    const ip = clientAddress(values[told.address] as string, this.#trusted);
    if (ip === "") return refusal(400, "check-no-address");
    // A client of HTTP/1.0 need not name a host.
    const host = values[told.host] as string;
    const front =
      host === "" ? `${method} ${target} HTTP/1.0\r\n` : `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n`;
    if (front.length > frontBytesMax) return refusal(414, "target-length");
    const start = frontBytesMax - front.length;
    this.#scratch.write(front, start, "latin1");
    const head = parseRequestHead(this.#scratch, start, linesEnd, askedHeadLimits);
    if (isRefusal(head)) return head;
    const id = values[told.id] as string;
    return {
      // Only nginx with the module says so, in a header that its configuration always sets.
      observes: values[told.answers] === "1" ? nginxAnswersObserves : checkObserves,
      id: isReference(id) ? id : "",
      head,
      facts: {
        peer: ip,
        trusted: true,
        scheme: values[told.scheme] === "https" ? "https" : "http",
        ja4: "",
        tls: "",
        h2: "",
        oddities: noOddities,
      },
    };
  }
}

/** Where the next CRLF stands; a head ends with one. By hand: a call into the runtime for each line costs more. */
function lineBreakAt(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && (bytes[at] !== CR || bytes[at + 1] !== LF)) at++;
  return at;
}

const noOddities: readonly string[] = Object.freeze([]);

function isReference(id: string): boolean {
  return /^[A-Za-z0-9._-]{8,128}$/.test(id);
}

/** The nearest hop that is not a trusted proxy; one address is a list of one. */
function clientAddress(value: string, trusted: NetworkSet): string {
  // A list of one is its own answer, trusted or not: the usual case, and asking for trust costs more than the rest.
  if (!value.includes(",")) return canonicalAddress(value);
  let nearest = "";
  for (const hop of value.split(",").slice(-hopsMax).reverse()) {
    const address = canonicalAddress(hop.trim());
    if (address === "") return nearest;
    nearest = address;
    if (!trusted.has(address)) return address;
  }
  return nearest;
}
