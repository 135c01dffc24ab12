import { canonicalAddress, type Fields, field, fieldValue, type NetworkSet } from "#wire";
import type { ConnectionFacts } from "./seam.ts";

/** Who the client is and how it came, once trusted proxies had their say. */
export interface ClientOrigin {
  readonly ip: string;
  readonly scheme: "http" | "https";
}

/**
 * The client's address: the nearest hop in X-Forwarded-For, from right to left, that is not a trusted proxy. Without
 * a trusted peer the header is a claim by a stranger and is not even read.
 */
export function clientOrigin(
  facts: ConnectionFacts,
  fields: Fields,
  { trusted, hopsMax }: { readonly trusted: NetworkSet; readonly hopsMax: number },
): ClientOrigin {
  if (!facts.trusted) return { ip: facts.peer, scheme: facts.scheme };
  const proto = fieldValue(fields, field.xForwardedProto).toLowerCase();
  const scheme = proto === "http" || proto === "https" ? proto : facts.scheme;
  const { ids, values } = fields;
  let ip = facts.peer;
  let hops = 0;
  for (let i = ids.length - 1; i >= 0; i--) {
    if (ids[i] !== field.xForwardedFor) continue;
    const parts = (values[i] as string).split(",");
    for (let k = parts.length - 1; k >= 0; k--) {
      const address = canonicalAddress((parts[k] as string).trim());
      if (address === "" || ++hops > hopsMax) return { ip, scheme };
      ip = address;
      if (!trusted.has(address)) return { ip, scheme };
    }
  }
  return { ip, scheme };
}

/** A request id a trusted proxy chose, or "" where it chose none that is safe to repeat. */
export function trustedRequestId(facts: ConnectionFacts, fields: Fields): string {
  if (!facts.trusted) return "";
  const id = fieldValue(fields, field.xRequestId);
  return /^[A-Za-z0-9._-]{8,128}$/.test(id) ? id : "";
}
