import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { KeyDirectories } from "./key-directories.ts";
import { NonceTable } from "./nonce-table.ts";
import { SignatureProver } from "./prove-signature.ts";
import { agentKeyFrom } from "./public-keys.ts";
import { readSignature, type SignaturePolicy } from "./read-signature.ts";
import { acceptSignature, type SigningOptions, signRequest } from "./sign-request.ts";
import { type SignedRequest, signatureBase } from "./signature-base.ts";
import { parseDictionary, renderMember } from "./structured-fields.ts";

/** The Ed25519 test key of RFC 9421 appendix B.1.4. */
const jwk = {
  kty: "OKP",
  crv: "Ed25519",
  d: "n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU",
  x: "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs",
};
const privateKey = createPrivateKey({ key: jwk, format: "jwk" });
const publicKey = agentKeyFrom(jwk);
if (publicKey === undefined) throw new Error("the test key is not read");
const thumbprint = publicKey.thumbprint;

const created = 1_735_689_600_000;
const policy: SignaturePolicy = { headerBytesMax: 8_192, componentsMax: 32, skewMs: 30_000, lifetimeMsMax: 86_400_000 };
const plain = {
  method: "GET",
  scheme: "https",
  authority: "example.com",
  path: "/path/to/resource",
  query: "",
} as const;

function withHeaders(headers: Readonly<Record<string, string>>, over: Partial<SignedRequest> = {}): SignedRequest {
  return { ...plain, headers: { names: Object.keys(headers), values: Object.values(headers) }, ...over };
}

function signed(options: Partial<SigningOptions> = {}, over: Partial<SignedRequest> = {}): SignedRequest {
  const headers = signRequest(plain, {
    key: privateKey,
    now: created,
    nonce: "bm9uY2U=",
    signatureAgent: "https://agent.example",
    ...options,
  });
  return withHeaders({ ...headers }, over);
}

/** Reads and proves; the word says how far it got. */
function outcome(request: SignedRequest, now: number, prover = newProver(), key = publicKey): string {
  const reading = readSignature(request, now, policy);
  if (reading.kind !== "claimed") return reading.kind === "none" ? "none" : reading.reason;
  if (reading.claim.keyid !== key?.thumbprint || key === undefined) return "unknown-key";
  const proof = prover.prove(reading.claim, key, now);
  return proof.proven ? `proven:${reading.claim.coverage}` : proof.reason;
}

function newProver(noncesMax = 100): SignatureProver {
  return new SignatureProver({ nonces: new NonceTable(noncesMax), skewMs: policy.skewMs, provenMax: 100 });
}

test("the thumbprint is RFC 7638's, as the drafts print it for this key", () => {
  expect(thumbprint).toBe("poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U");
});

test("the Ed25519 vector of RFC 9421 appendix B.2.6 verifies", () => {
  const request: SignedRequest = {
    method: "POST",
    scheme: "https",
    authority: "example.com",
    path: "/foo",
    query: "param=Value&Pet=dog",
    headers: {
      names: ["Host", "Date", "Content-Type", "Content-Length"],
      values: ["example.com", "Tue, 20 Apr 2021 02:07:55 GMT", "application/json", "18"],
    },
  };
  const input =
    '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"';
  const covered = parseDictionary(`sig-b26=${input}`)?.get("sig-b26");
  if (covered?.kind !== "list") throw new Error("the vector's input is not read");
  const built = signatureBase(request, covered);
  const signature = Buffer.from(
    "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
    "base64",
  );
  const claim = {
    label: "",
    keyid: "",
    directory: "",
    agent: "",
    created: 0,
    expires: 0,
    nonce: "",
    algorithm: "",
    coverage: "authority",
    base: "base" in built ? built.base : "",
    signature,
  } as const;
  expect(newProver().prove(claim, publicKey, 0)).toEqual({ proven: true });
});

// Appendices of draft-meunier-web-bot-auth-architecture (older form) and its successor (dictionary form).
const vectors: readonly (readonly [name: string, until: number, input: string, signature: string, agent: string])[] = [
  [
    "older, without agent",
    1_735_693_200,
    `("@authority");created=1735689600;keyid="${thumbprint}";alg="ed25519";expires=1735693200;nonce="mYotfW3CUjI68sbGw6oKd7kyXqPjZEtU8xFPGWFrqOAf5qC6MDe3pys3SWWCudB0MvwslHy32WXUpkR7u0lt/w==";tag="web-bot-auth"`,
    "+NA/cssf4Y2bQTMTkyvTGRCaVzp9quyUevdwwMtMOWhhOOZ2T1subBj0BtvdnrpDEuwSAbiTeElXDzHL3WWKCw==",
    "",
  ],
  [
    "older, agent as a string",
    1_735_693_200,
    `("@authority" "signature-agent");created=1735689600;keyid="${thumbprint}";alg="ed25519";expires=1735693200;nonce="e8N7S2MFd/qrd6T2R3tdfAuuANngKI7LFtKYI/vowzk4lAZYadIX6wW25MwG7DCT9RUKAJ0qVkU0mEeLElW1qg==";tag="web-bot-auth"`,
    "jdq0SqOwHdyHr9+r5jw3iYZH6aNGKijYp/EstF4RQTQdi5N5YYKrD+mCT1HA1nZDsi6nJKuHxUi/5Syp3rLWBA==",
    '"https://signature-agent.test"',
  ],
  [
    "current, agent as a dictionary",
    4_889_289_600,
    `("@authority" "signature-agent";key="agent2");created=1735689600;keyid="${thumbprint}";alg="ed25519";expires=4889289600;nonce="n9p433xm+NJ3ph3upfBIGmsuwHw387YV7Q/F+6BSpGCVjYCqQw6rznNA8PVVLySrAWsv0hQtFioQb6E1YsauiA==";tag="web-bot-auth"`,
    "RdNFx5Bj6au3YgAMQL/RzmUlZE8QZLIaXGRpw985hWnwPfMxT228NMk6ehRS1PSl4e8PhbNZACSanGdhEwYCCg==",
    'agent2="https://signature-agent.test"',
  ],
];

test("the vectors of the drafts verify, in both forms of Signature-Agent", () => {
  for (const [name, until, input, signature, agent] of vectors) {
    const headers = {
      "Signature-Input": `sig2=${input}`,
      Signature: `sig2=:${signature}:`,
      ...(agent === "" ? {} : { "Signature-Agent": agent }),
    };
    const reading = readSignature(withHeaders(headers), created, {
      ...policy,
      lifetimeMsMax: Number.POSITIVE_INFINITY,
    });
    if (reading.kind !== "claimed") throw new Error(`${name}: ${JSON.stringify(reading)}`);
    expect(reading.claim).toMatchObject({ expires: until * 1_000, coverage: "authority" });
    expect(reading.claim.directory).toBe(
      agent === "" ? "" : "https://signature-agent.test/.well-known/http-message-signatures-directory",
    );
    expect(newProver().prove(reading.claim, publicKey, created), name).toEqual({ proven: true });
  }
});

test("what we sign we accept: both forms, all algorithms, weak and strong coverage told apart", () => {
  expect(outcome(signed(), created)).toBe("proven:request");
  expect(outcome(signed({ form: "string" }), created)).toBe("proven:request");
  expect(outcome(signed({ components: ["@authority"] }), created)).toBe("proven:authority");
  for (const { privateKey: key } of [
    generateKeyPairSync("ec", { namedCurve: "P-256" }),
    generateKeyPairSync("rsa", { modulusLength: 2_048 }),
  ]) {
    const request = withHeaders({ ...signRequest(plain, { key, now: created, nonce: "bg==" }) });
    expect(outcome(request, created, newProver(), agentKeyFrom(key.export({ format: "jwk" })))).toBe("proven:request");
  }
});

test("every attack is refused with its reason", () => {
  const other = generateKeyPairSync("ed25519").privateKey;
  const forged = signRequest(plain, { key: other, now: created, nonce: "bg==" });
  const input = forged["Signature-Input"].replace(/keyid="[^"]+"/, `keyid="${thumbprint}"`);
  const cases: readonly (readonly [name: string, request: SignedRequest, now: number, expected: string])[] = [
    ["forged by another key", withHeaders({ ...forged, "Signature-Input": input }), created, "forged"],
    ["sent to another host", signed({}, { authority: "evil.example" }), created, "forged"],
    ["another path", signed({}, { path: "/admin" }), created, "forged"],
    ["another method", signed({}, { method: "DELETE" }), created, "forged"],
    ["expired, past the skew", signed(), created + 90_000, "expired"],
    ["still within the skew", signed(), created + 89_999, "proven:request"],
    ["from the future, past the skew", signed(), created - 30_001, "future"],
    ["from the future, within the skew", signed(), created - 30_000, "proven:request"],
    ["lives too long", signed({ lifetimeMs: 86_401_000 }), created, "lifetime"],
    ["lives as long as allowed", signed({ lifetimeMs: 86_400_000 }), created, "proven:request"],
    ["names no host", signed({ components: ["@method", "@path"] }), created, "authority-uncovered"],
    ["agent over plain http", signed({ signatureAgent: "http://agent.example" }), created, "agent-scheme"],
    ["agent as data URL", signed({ signatureAgent: "data:application/json,{}" }), created, "agent-scheme"],
    [
      "covers what is not there",
      withHeaders({
        "Signature-Input": `s=("@authority" "x-none");created=1735689600;expires=1735689700;keyid="k";tag="web-bot-auth"`,
        Signature: "s=:AA==:",
      }),
      created,
      "component",
    ],
    [
      "covers one thing twice",
      withHeaders({
        "Signature-Input": `s=("@authority" "@authority");created=1735689600;expires=1735689700;keyid="k";tag="web-bot-auth"`,
        Signature: "s=:AA==:",
      }),
      created,
      "component",
    ],
    [
      "no times",
      withHeaders({ "Signature-Input": `s=("@authority");keyid="k";tag="web-bot-auth"`, Signature: "s=:AA==:" }),
      created,
      "no-times",
    ],
    [
      "no keyid",
      withHeaders({
        "Signature-Input": `s=("@authority");created=1735689600;expires=1735689700;tag="web-bot-auth"`,
        Signature: "s=:AA==:",
      }),
      created,
      "no-keyid",
    ],
    ["not a dictionary", withHeaders({ "Signature-Input": "((((", Signature: "s=:AA==:" }), created, "malformed"],
    [
      "headers too large",
      withHeaders({ "Signature-Input": `s=("${"a".repeat(9_000)}")`, Signature: "s=:AA==:" }),
      created,
      "too-large",
    ],
    [
      "another use of RFC 9421",
      withHeaders({ "Signature-Input": `s=("@authority");created=1;keyid="k";tag="other"`, Signature: "s=:AA==:" }),
      created,
      "none",
    ],
  ];
  for (const [name, request, now, expected] of cases) expect(outcome(request, now), name).toBe(expected);
  const unsignedAgent = signRequest(plain, { key: privateKey, now: created, nonce: "bg==" });
  expect(outcome(withHeaders({ ...unsignedAgent, "Signature-Agent": '"https://victim.example"' }), created)).toBe(
    "agent-uncovered",
  );
});

test("a nonce is good once; a full table refuses rather than forgets; one key fills only its share", () => {
  const prover = newProver(8);
  expect(outcome(signed(), created, prover)).toBe("proven:request");
  expect(outcome(signed(), created + 1_000, prover)).toBe("replayed");
  expect(outcome(signed({ nonce: "Mg==" }), created, prover)).toBe("proven:request");
  expect(outcome(signed({ nonce: "Mw==" }), created, prover)).toBe("nonce-table-full");
  const later = created + 600_000;
  expect(outcome(signed({ nonce: "Mw==", now: later }), later, prover)).toBe("proven:request");
});

test("a forged signature does not burn the nonce of the real one", () => {
  const prover = newProver();
  expect(outcome(signed({}, { path: "/admin" }), created, prover)).toBe("forged");
  expect(outcome(signed(), created, prover)).toBe("proven:request");
});

test("a directory's keys live by its Cache-Control, survive an outage for a day, and are capped", () => {
  const directories = new KeyDirectories({ directoriesMax: 10, keysMax: 2 });
  const url = "https://agent.example/.well-known/http-message-signatures-directory";
  const text = JSON.stringify({ keys: [jwk] });
  expect(directories.state(url, 0)).toMatchObject({ fresh: false });
  expect(directories.accept(url, { kind: "text", text, maxAgeSeconds: 600 }, 0).keys.has(thumbprint)).toBe(true);
  expect(directories.state(url, 599_999).fresh).toBe(true);
  expect(directories.state(url, 600_000).fresh).toBe(false);
  expect(directories.accept(url, { kind: "failed", reason: "timeout" }, 700_000)).toMatchObject({
    problem: "timeout",
    fresh: true,
  });
  expect(directories.state(url, 700_000).keys.size).toBe(1);
  expect(directories.accept(url, { kind: "text", text: "<html>" }, 90_000_000)).toMatchObject({
    problem: "no usable key in the directory",
  });
  expect(directories.state(url, 90_000_000).keys.size).toBe(0);
  const many = Array.from({ length: 3 }, () => generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" }));
  expect(directories.accept(url, { kind: "text", text: JSON.stringify({ keys: many }) }, 0).keys.size).toBe(2);
});

test("keys that are too small, too large or of unknown kinds are not read", () => {
  expect(
    agentKeyFrom(generateKeyPairSync("rsa", { modulusLength: 1_024 }).publicKey.export({ format: "jwk" })),
  ).toBeUndefined();
  expect(agentKeyFrom({ kty: "oct", k: "c2VjcmV0" })).toBeUndefined();
  expect(agentKeyFrom({ kty: "OKP", crv: "Ed25519", x: "short" })).toBeUndefined();
});

test("structured fields survive a round trip, and no text makes the parser throw", () => {
  const text = 'sig1=("@authority" "signature-agent";key="sig1");created=1;x=?0;t=tok;b=:AAE=:;s="q\\"\\\\", other';
  const parsed = parseDictionary(text);
  expect([...(parsed ?? [])].map(([key, member]) => `${key}=${renderMember(member)}`).join(", ")).toBe(
    text.replace("other", "other=?1"),
  );
  expect(parseDictionary("a=1, a=2")).toBeUndefined();
  expect(parseDictionary("a=1,")).toBeUndefined();
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'a=(),;:"?1 *\\'), maxLength: 40 }),
      (any) => void parseDictionary(any),
    ),
  );
});

test("the invitation to sign is a dictionary that names our tag", () => {
  const member = parseDictionary(acceptSignature("bg=="))?.get("sig1");
  expect(member?.parameters.map(([name]) => name)).toEqual(["created", "expires", "keyid", "nonce", "tag"]);
});
