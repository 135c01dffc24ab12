import { createPrivateKey } from "node:crypto";
import { expect, test } from "vitest";
import { agentKeyFrom, NonceTable, readSignature, SignatureProver } from "#intel";

/** What this test uses of the npm package web-bot-auth; it is imported by name so that types need no install. */
interface Client {
  signatureHeaders(
    request: Request,
    signer: unknown,
    times: { readonly created: Date; readonly expires: Date },
  ): Promise<Record<"Signature" | "Signature-Input", string>>;
}
interface Crypto {
  readonly signerFromJWK?: (jwk: object) => Promise<unknown>;
  readonly Ed25519Signer?: { fromJWK(jwk: object): Promise<unknown> };
}

/** The Ed25519 test key of RFC 9421 appendix B.1.4. */
const jwk = {
  kty: "OKP",
  crv: "Ed25519",
  d: "n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU",
  x: "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs",
};
const now = 1_800_000_000_000;
const policy = { headerBytesMax: 8_192, componentsMax: 32, skewMs: 30_000, lifetimeMsMax: 86_400_000 };

async function load(name: string): Promise<unknown> {
  try {
    return await import(name);
  } catch (error) {
    throw new Error(
      `the npm package web-bot-auth 0.1.3 is needed: npm install --no-save --ignore-scripts web-bot-auth@0.1.3 (${String(error)})`,
    );
  }
}

test("requests signed by the real web-bot-auth client are accepted, with and without Signature-Agent", async () => {
  const client = (await load("web-bot-auth")) as Client;
  const crypto = (await load("web-bot-auth/crypto")) as Crypto;
  const signer =
    crypto.signerFromJWK === undefined ? await crypto.Ed25519Signer?.fromJWK(jwk) : await crypto.signerFromJWK(jwk);
  const key = agentKeyFrom(createPrivateKey({ key: jwk, format: "jwk" }).export({ format: "jwk" }));
  if (key === undefined) throw new Error("the test key is not read");
  const prover = new SignatureProver({ nonces: new NonceTable(10), skewMs: policy.skewMs, provenMax: 10 });
  for (const agent of ["", '"https://signature-agent.test"']) {
    const request = new Request("https://shop.example/path?x=1", {
      headers: agent === "" ? {} : { "Signature-Agent": agent },
    });
    const headers = await client.signatureHeaders(request, signer, {
      created: new Date(now),
      expires: new Date(now + 60_000),
    });
    const sent = { ...headers, ...(agent === "" ? {} : { "Signature-Agent": agent }) };
    const received = {
      method: "GET",
      scheme: "https",
      authority: "shop.example",
      path: "/path",
      query: "x=1",
      headers: { names: Object.keys(sent), values: Object.values(sent) },
    } as const;
    const reading = readSignature(received, now, policy);
    if (reading.kind !== "claimed") throw new Error(JSON.stringify(reading));
    expect(reading.claim.keyid).toBe(key.thumbprint);
    expect(prover.prove(reading.claim, key, now)).toEqual({ proven: true });
    expect(prover.prove(reading.claim, key, now)).toEqual({ proven: false, reason: "replayed" });
    const elsewhere = readSignature({ ...received, authority: "evil.example" }, now, policy);
    if (elsewhere.kind !== "claimed") throw new Error(JSON.stringify(elsewhere));
    expect(prover.prove(elsewhere.claim, key, now)).toEqual({ proven: false, reason: "forged" });
  }
});
