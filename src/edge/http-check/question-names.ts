/**
 * Which statuses and headers the asking proxy uses: nginx `auth_request` understands only 2xx, 401 and 403 (anything
 * else becomes 500 at the client) and tells of the request as our configuration makes it; Caddy (`forward_auth`) and
 * Traefik (`forwardAuth`) pass any refusal on and tell by `X-Forwarded-*`; Envoy (`ext_authz` over HTTP) asks with the
 * client's own method, target and host, and appends the client's address to `X-Forwarded-For`.
 */
export type CheckDialect = "auth-request" | "forward-auth" | "ext-authz";

/** What a header line of a question is for. */
export const told = {
  /** The client's own header. */
  client: 0,
  /** Of this hop, or of another dialect: neither the client's nor believed. */
  dropped: 1,
  method: 2,
  target: 3,
  scheme: 4,
  host: 5,
  address: 6,
  id: 7,
  answers: 8,
  contentLength: 9,
  transferEncoding: 10,
  connection: 11,
} as const;

/** How many kinds there are. */
export const toldKinds = 12;

/** Of every question, whoever asks. */
const common: readonly (readonly [string, number])[] = [
  ["x-request-id", told.id],
  ["x-gait-answers", told.dropped],
  ["x-original-method", told.dropped],
  ["x-original-uri", told.dropped],
  ["x-original-scheme", told.dropped],
  ["x-original-host", told.dropped],
  ["x-real-ip", told.dropped],
  ["x-forwarded-method", told.dropped],
  ["x-forwarded-uri", told.dropped],
  ["x-forwarded-proto", told.dropped],
  ["x-forwarded-host", told.dropped],
  ["x-forwarded-for", told.dropped],
  ["x-forwarded-port", told.dropped],
  ["x-forwarded-server", told.dropped],
  ["host", told.dropped],
  ["connection", told.connection],
  ["content-length", told.contentLength],
  ["transfer-encoding", told.transferEncoding],
];

/**
 * Headers by which a proxy tells of the request it asks about. Only those of its own dialect are read: the other's it
 * would pass on as the client sent them, and a client could choose the path that is judged.
 */
const own: Readonly<Record<CheckDialect, readonly (readonly [string, number])[]>> = {
  "auth-request": [
    ["x-original-method", told.method],
    ["x-original-uri", told.target],
    ["x-original-scheme", told.scheme],
    ["x-original-host", told.host],
    ["x-real-ip", told.address],
    ["x-gait-answers", told.answers],
  ],
  "forward-auth": [
    ["x-forwarded-method", told.method],
    ["x-forwarded-uri", told.target],
    ["x-forwarded-proto", told.scheme],
    ["x-forwarded-host", told.host],
    ["x-forwarded-for", told.address],
  ],
  "ext-authz": [
    ["x-forwarded-proto", told.scheme],
    ["host", told.host],
    ["x-forwarded-for", told.address],
  ],
};

const hashSeed = 0x811c9dc5;
const hashPrime = 0x01000193;

/** Names of one dialect, found by their bytes: no string is made of a name that is only to be passed over. */
export class QuestionNames {
  readonly #byHash = new Map<number, { readonly name: Uint8Array; readonly kind: number }>();

  constructor(dialect: CheckDialect) {
    for (const [text, kind] of new Map([...common, ...own[dialect]])) {
      const name = Buffer.from(text, "latin1");
      this.#byHash.set(hashOf(name, 0, name.length), { name, kind });
    }
  }

  /** What a line is for whose name lies at bytes[start, end), in any case. */
  kindOf(bytes: Uint8Array, start: number, end: number): number {
    const found = this.#byHash.get(hashOf(bytes, start, end));
    if (found === undefined || found.name.length !== end - start) return told.client;
    for (let i = 0; i < found.name.length; i++) {
      if (lower(bytes[start + i] as number) !== found.name[i]) return told.client;
    }
    return found.kind;
  }
}

/** FNV-1a over the name in lower case. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = hashSeed;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ lower(bytes[i] as number), hashPrime);
  return hash;
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}
