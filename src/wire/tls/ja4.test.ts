import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ClientHello, parseClientHello } from "./client-hello.ts";
import { createTlsFingerprinter, ja4, stableTlsFingerprint, tlsFingerprints } from "./ja4.ts";
import { capturedHellos } from "./testdata/captured-hellos.ts";

interface Vector {
  readonly clientHello: string;
  readonly ja4: string;
}

const vectorsPath = join(process.env.GAIT_DATA ?? "../shared/data", "ja4_vectors", "ja4_vectors.json");

const plain: ClientHello = {
  legacyVersion: 0x0303,
  sessionIdBytes: 0,
  cipherSuites: [0x1301],
  extensions: [0, 43, 13],
  serverName: "shop.example",
  alpn: [],
  supportedVersions: [0x0a0a, 0x0304, 0x0303],
  signatureAlgorithms: [0x0403],
  supportedGroups: [],
  oddities: [],
};

test("ja4 equals the reference on every published vector", ({ annotate }) => {
  if (!existsSync(vectorsPath)) return annotate(`absent: ${vectorsPath}; our own captures are still compared`);
  const vectors = JSON.parse(readFileSync(vectorsPath, "utf8")) as readonly Vector[];
  expect(vectors.length).toBeGreaterThanOrEqual(86);
  const computed = vectors.map((vector) => ja4(parseClientHello(Buffer.from(vector.clientHello, "hex"))));
  expect(computed).toEqual(vectors.map((vector) => vector.ja4));
  return undefined;
});

test("captured clients have the values they had when they were captured", () => {
  for (const { record, ja4: expected, stable, client } of capturedHellos()) {
    const hello = parseClientHello(record.subarray(5));
    expect([client, ja4(hello), stableTlsFingerprint(hello)]).toEqual([client, expected, stable]);
  }
});

test("ja4 changes when a session is resumed, the stable form does not", () => {
  const resumed = { ...plain, extensions: [...plain.extensions, 35, 42, 21, 41] };
  expect(ja4(plain).slice(0, 10)).toBe("t13d010300");
  expect(ja4(resumed).slice(0, 10)).toBe("t13d010700");
  expect(stableTlsFingerprint(resumed)).toBe(stableTlsFingerprint(plain));
});

test("the stable form outlives a WebSocket's own offer of protocols, and still tells clients apart", () => {
  const page = { ...plain, alpn: ["h2", "http/1.1"], extensions: [...plain.extensions, 16, 17_613] };
  const socket = { ...plain, alpn: ["http/1.1"], extensions: [...plain.extensions, 16] };
  expect(ja4(page)).not.toBe(ja4(socket));
  expect(stableTlsFingerprint(page)).toBe(stableTlsFingerprint(socket));
  expect(stableTlsFingerprint({ ...page, cipherSuites: [0x1302] })).not.toBe(stableTlsFingerprint(page));
  const stable = new Set(capturedHellos().map((captured) => captured.stable));
  expect(stable.size).toBe(capturedHellos().length - 3);
});

test("GREASE never counts, order of ciphers and extensions never matters", () => {
  const greased = {
    ...plain,
    cipherSuites: [0x5a5a, 0x1301],
    extensions: [0xfafa, ...plain.extensions.toReversed(), 0x1a1a],
  };
  expect(ja4(greased)).toBe(ja4(plain));
});

test.each([
  [[], "00"],
  [[""], "00"],
  [["h2"], "h2"],
  [["http/1.1"], "h1"],
  [["x"], "xx"],
  [["-x"], "28"],
  [["\xba\xad"], "99"],
  [["a\xad"], "a9"],
])("the ends of the first protocol: %j gives %s", (alpn, expected) => {
  expect(ja4({ ...plain, alpn }).slice(8, 10)).toBe(expected);
});

test("counts stop at 99 and empty lists hash to zeros", () => {
  const many = Array.from({ length: 150 }, (_, index) => 0xc000 + index);
  expect(ja4({ ...plain, cipherSuites: many })).toMatch(/^t13d9903/);
  expect(ja4({ ...plain, cipherSuites: [], extensions: [], supportedVersions: [] })).toBe(
    "t12i000000_000000000000_000000000000",
  );
});

test("a fingerprinter that remembers says what one that does not would say, however lists are cut", () => {
  const remembering = createTlsFingerprinter();
  const variants: readonly Partial<ClientHello>[] = [
    {},
    { alpn: ["h2"] },
    { alpn: ["\u0304"] },
    { supportedVersions: [0x0304], alpn: ["\u0303"] },
    { supportedVersions: [], alpn: [] },
    { cipherSuites: [0x1301, 0], extensions: [43, 13] },
    { cipherSuites: [0x1301], extensions: [0, 43, 13, 0x0403], signatureAlgorithms: [] },
    { legacyVersion: 0x0302, supportedVersions: [] },
    { serverName: "other.example" },
    { cipherSuites: Array.from({ length: 900 }, (_, i) => i) },
    ...Array.from({ length: 1_500 }, (_, i) => ({ extensions: [0, i, 43] })),
  ];
  for (const variant of [...variants, ...variants]) {
    const hello = { ...plain, ...variant };
    expect(remembering(hello)).toEqual(tlsFingerprints(hello));
  }
});
