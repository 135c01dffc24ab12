import type { Buffer } from "node:buffer";

/** What a ClientHello says (RFC 8446 section 4.1.2), in wire order, GREASE values kept. */
export interface ClientHello {
  readonly legacyVersion: number;
  readonly sessionIdBytes: number;
  readonly cipherSuites: readonly number[];
  /** Types of all extensions. */
  readonly extensions: readonly number[];
  /** The name asked for (RFC 6066 section 3) as received, at most 255 bytes; empty when there is none. */
  readonly serverName: string;
  /** Protocol names of ALPN (RFC 7301), byte for byte as Latin-1. */
  readonly alpn: readonly string[];
  readonly supportedVersions: readonly number[];
  readonly signatureAlgorithms: readonly number[];
  readonly supportedGroups: readonly number[];
  /** What does not fit the grammar. Hostile input is evidence, not an error. */
  readonly oddities: readonly string[];
}

/** Types of extensions that are read here (IANA "TLS ExtensionType Values"). */
export const extensionType = {
  serverName: 0,
  supportedGroups: 10,
  signatureAlgorithms: 13,
  alpn: 16,
  padding: 21,
  sessionTicket: 35,
  preSharedKey: 41,
  earlyData: 42,
  supportedVersions: 43,
  cookie: 44,
  applicationSettingsOld: 17_513,
  applicationSettings: 17_613,
} as const;

const serverNameBytesMax = 255;
const oddityMax = 16;

/**
 * Reads one whole handshake message (with its four-byte header) as a ClientHello. Never throws: what cannot be
 * read is left out and named in `oddities`; the TLS engine refuses such a hello later, the evidence stays.
 */
export function parseClientHello(message: Buffer): ClientHello {
  const at = new Cursor(message);
  const hello = {
    legacyVersion: 0,
    sessionIdBytes: 0,
    cipherSuites: [] as readonly number[],
    extensions: [] as number[],
    serverName: "",
    alpn: [] as readonly string[],
    supportedVersions: [] as readonly number[],
    signatureAlgorithms: [] as readonly number[],
    supportedGroups: [] as readonly number[],
    oddities: [] as string[],
  };
  at.skip(4);
  hello.legacyVersion = at.uint(2);
  at.skip(32);
  hello.sessionIdBytes = at.uint(1);
  at.skip(hello.sessionIdBytes);
  hello.cipherSuites = at.within(at.uint(2)).uints(2);
  at.skip(at.uint(1));
  if (at.overrun) note(hello.oddities, "tls-hello-truncated");
  if (hello.sessionIdBytes > 32) note(hello.oddities, "tls-session-id-length");
  if (at.left > 0) {
    const declared = at.uint(2);
    if (declared !== at.left) note(hello.oddities, "tls-extensions-length");
    readExtensions(at.within(Math.min(declared, at.left)), hello);
  }
  return hello;
}

type Draft = {
  -readonly [Name in keyof ClientHello]: ClientHello[Name];
} & { readonly extensions: number[]; readonly oddities: string[] };

function readExtensions(at: Cursor, hello: Draft): void {
  const seen = new Set<number>();
  while (at.left > 0) {
    const type = at.uint(2);
    const body = at.within(at.uint(2));
    if (at.overrun) {
      note(hello.oddities, "tls-extension-overrun");
      return;
    }
    hello.extensions.push(type);
    if (seen.has(type)) note(hello.oddities, "tls-extension-duplicate");
    else readExtension(type, body, hello);
    seen.add(type);
    if (body.overrun) note(hello.oddities, "tls-extension-malformed");
  }
}

function readExtension(type: number, body: Cursor, hello: Draft): void {
  switch (type) {
    case extensionType.serverName:
      hello.serverName = readServerName(body, hello.oddities);
      return;
    case extensionType.alpn:
      hello.alpn = readNames(body.within(body.uint(2)));
      return;
    case extensionType.supportedVersions:
      hello.supportedVersions = body.within(body.uint(1)).uints(2);
      return;
    case extensionType.signatureAlgorithms:
      hello.signatureAlgorithms = body.within(body.uint(2)).uints(2);
      return;
    case extensionType.supportedGroups:
      hello.supportedGroups = body.within(body.uint(2)).uints(2);
      return;
    default:
  }
}

/** RFC 6066: a list that holds at most one name of type host_name (0). */
function readServerName(body: Cursor, oddities: string[]): string {
  if (body.left === 0) return "";
  const list = body.within(body.uint(2));
  while (list.left > 0) {
    const type = list.uint(1);
    const name = list.within(list.uint(2));
    if (type !== 0) continue;
    if (name.left > serverNameBytesMax) note(oddities, "tls-server-name-length");
    const text = name.text(Math.min(name.left, serverNameBytesMax));
    if (!/^[A-Za-z0-9._-]*$/.test(text)) note(oddities, "tls-server-name-bytes");
    return text;
  }
  return "";
}

function readNames(list: Cursor): readonly string[] {
  const names: string[] = [];
  while (list.left > 0) {
    const bytes = list.uint(1);
    names.push(list.text(Math.min(bytes, list.left)));
  }
  return names;
}

function note(oddities: string[], oddity: string): void {
  if (oddities.length < oddityMax && !oddities.includes(oddity)) oddities.push(oddity);
}

/** A bounded reader: past the end it returns zeros and remembers that it did. */
class Cursor {
  readonly #bytes: Buffer;
  #at: number;
  readonly #end: number;
  overrun = false;

  constructor(bytes: Buffer, at = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
  }

  get left(): number {
    return this.#end - this.#at;
  }

  uint(width: 1 | 2): number {
    if (this.left < width) {
      this.skip(width);
      return 0;
    }
    const value = width === 1 ? this.#bytes.readUInt8(this.#at) : this.#bytes.readUInt16BE(this.#at);
    this.#at += width;
    return value;
  }

  skip(count: number): void {
    if (count > this.left) this.overrun = true;
    this.#at = Math.min(this.#end, this.#at + count);
  }

  /** The next `count` bytes as a reader of their own; fewer, and an overrun here, when they are not there. */
  within(count: number): Cursor {
    const from = this.#at;
    this.skip(count);
    return new Cursor(this.#bytes, from, this.#at);
  }

  uints(width: 2): readonly number[] {
    const values: number[] = [];
    while (this.left >= width) values.push(this.uint(width));
    return values;
  }

  text(count: number): string {
    const from = this.#at;
    this.skip(count);
    return this.#bytes.toString("latin1", from, this.#at);
  }
}
