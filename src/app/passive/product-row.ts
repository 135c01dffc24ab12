import { type HashKey, keyedHash } from "#core";
import { networkOf, type ProductRow } from "#store";
import type { IdentityKind, ProductEvent } from "./product-events.ts";

const kinds: readonly IdentityKind[] = [
  "account",
  "organisation",
  "user",
  "key",
  "card",
  "email",
  "phone",
  "referrer",
  "session",
];

/** A product event as the store keeps it: who it is about by keyed hashes, its address by network and keyed hash. */
export function productRow(event: ProductEvent, key: HashKey): ProductRow {
  const { at, application, id, type, identities, ip, amount } = event;
  return [
    at,
    application,
    keyedHash(key, `${application}\n${id}`),
    type,
    ...kinds.map((kind) => identities[kind]?.canonical ?? 0),
    networkOf(ip),
    ip === "" ? 0 : keyedHash(key, ip),
    kinds.filter((kind) => identities[kind]?.disguised).join(" "),
    amount ?? 0,
  ];
}
