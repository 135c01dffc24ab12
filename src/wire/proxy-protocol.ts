import { isIP } from "node:net";

/** What a PROXY header said; `address` is empty for LOCAL and UNKNOWN, where the connection speaks for itself. */
export interface ProxyHeader {
  readonly address: string;
  readonly port: number;
  /** Bytes the header took. */
  readonly bytes: number;
}

const signatureV2: Uint8Array = Uint8Array.of(0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a);
const v1BytesMax = 107;

/**
 * Reads a PROXY protocol header, version 1 or 2 (HAProxy, "The PROXY protocol", 2020). Whoever calls this has made
 * sure that the sender is trusted: the header is a claim about who the client is.
 *
 * @returns The header, "more" while it is incomplete, or "bad".
 */
export function parseProxyHeader(bytes: Buffer): ProxyHeader | "more" | "bad" {
  if (bytes.length === 0) return "more";
  return bytes[0] === 0x0d ? parseV2(bytes) : parseV1(bytes);
}

function parseV1(bytes: Buffer): ProxyHeader | "more" | "bad" {
  const lineEnd = bytes.indexOf("\r\n");
  if (lineEnd < 0)
    return bytes.length < v1BytesMax && "PROXY ".startsWith(bytes.toString("latin1", 0, Math.min(6, bytes.length)))
      ? "more"
      : "bad";
  if (lineEnd + 2 > v1BytesMax) return "bad";
  const parts = bytes.toString("latin1", 0, lineEnd).split(" ");
  if (parts[0] !== "PROXY") return "bad";
  if (parts[1] === "UNKNOWN") return { address: "", port: 0, bytes: lineEnd + 2 };
  const [, family, source = "", target = "", port = "", targetPort = ""] = parts;
  const version = family === "TCP4" ? 4 : family === "TCP6" ? 6 : 0;
  if (version === 0 || parts.length !== 6 || isIP(source) !== version || isIP(target) !== version) return "bad";
  if (!isPort(port) || !isPort(targetPort)) return "bad";
  return { address: source, port: Number(port), bytes: lineEnd + 2 };
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9][0-9]{0,4})$/.test(text) && Number(text) <= 65_535;
}

function parseV2(bytes: Buffer): ProxyHeader | "more" | "bad" {
  const compared = Math.min(bytes.length, signatureV2.length);
  if (bytes.compare(signatureV2, 0, compared, 0, compared) !== 0) return "bad";
  if (bytes.length < 16) return "more";
  const version = bytes[12] as number;
  const family = (bytes[13] as number) >> 4;
  const length = bytes.readUInt16BE(14);
  if (version >> 4 !== 2 || (version & 15) > 1 || length > 520) return "bad";
  if (bytes.length < 16 + length) return "more";
  const taken = 16 + length;
  if ((version & 15) === 0 || family === 0 || family === 3) return { address: "", port: 0, bytes: taken };
  if (family === 1 && length >= 12)
    return { address: bytes.subarray(16, 20).join("."), port: bytes.readUInt16BE(24), bytes: taken };
  if (family === 2 && length >= 36)
    return { address: ipv6(bytes.subarray(16, 32)), port: bytes.readUInt16BE(48), bytes: taken };
  return "bad";
}

function ipv6(bytes: Buffer): string {
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(bytes.readUInt16BE(i).toString(16));
  return groups.join(":");
}
