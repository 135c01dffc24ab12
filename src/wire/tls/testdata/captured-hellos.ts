import { readFileSync } from "node:fs";

/** A ClientHello as it stood on the wire, with its record header, captured on loopback from the named client. */
export interface CapturedHello {
  readonly client: string;
  readonly serverName: string;
  readonly alpn: readonly string[];
  readonly ja4: string;
  readonly stable: string;
  readonly record: Buffer;
}

/** Our own captures; every name in them is `shop.example` or `localhost`. */
export function capturedHellos(): readonly CapturedHello[] {
  const rows = JSON.parse(readFileSync(new URL("hellos.json", import.meta.url), "utf8")) as readonly (Omit<
    CapturedHello,
    "record"
  > & { readonly record: string })[];
  return rows.map((row) => ({ ...row, record: Buffer.from(row.record, "hex") }));
}

/** The same handshake message, cut into records that carry `size` bytes each. */
export function inRecordsOf(size: number, record: Buffer): Buffer {
  const message = record.subarray(5);
  const parts: Buffer[] = [];
  for (let at = 0; at < message.length; at += size) {
    const part = message.subarray(at, at + size);
    parts.push(Buffer.from([22, 3, 1, part.length >> 8, part.length & 0xff]), part);
  }
  return Buffer.concat(parts);
}
