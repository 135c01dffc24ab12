import { isIPv6 } from "node:net";
import { logLimits } from "#core";
import { ByteInterner } from "./byte-interner.ts";

/** Longest text an address can have: a mapped IPv6 address with brackets and a port fits. */
const addressBytesMax = 56;
/** Every dotted IPv4 address fits. */
const shortBytesMax = 16;

function canonicalText(bytes: Buffer, start: number, end: number): string {
  return canonicalAddress(bytes.toString("latin1", start, end));
}

/** Reads client addresses from bytes into canonical text, each made once. Returns "" for what is no address. */
export class AddressReader {
  /** Two tables, because rows as narrow as IPv4 lie in a quarter of the memory that every line touches. */
  readonly #short = new ByteInterner(logLimits.addressSlots.default, canonicalText, { width: shortBytesMax });
  readonly #long = new ByteInterner(logLimits.longAddressSlots.default, canonicalText, { width: addressBytesMax });

  read(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length <= shortBytesMax) return this.#short.intern(bytes, start, end);
    return length > addressBytesMax ? "" : this.#long.intern(bytes, start, end);
  }
}

/**
 * A dotted IPv4 address in bytes as a number, or -1 for anything else. As strict as `canonicalAddress`: four octets
 * without leading zeros.
 */
export function readIPv4(bytes: Buffer, start: number, end: number): number {
  if (end - start < 7 || end - start > 15) return -1;
  let address = 0;
  let octet = -1;
  let dots = 0;
  for (let i = start; i < end; i++) {
    const digit = (bytes[i] as number) - 0x30;
    if (digit >= 0 && digit <= 9) {
      // A leading zero would be octal to some readers (inet_aton) and decimal to others: it is no address here.
      if (octet === 0) return -1;
      octet = octet < 0 ? digit : octet * 10 + digit;
      if (octet > 255) return -1;
    } else if (digit === -2 && octet >= 0) {
      address = address * 256 + octet;
      octet = -1;
      dots++;
    } else return -1;
  }
  return dots === 3 && octet >= 0 ? address * 256 + octet : -1;
}

/**
 * The canonical text of an address: dotted IPv4 without leading zeros, or RFC 5952 IPv6; an IPv4-mapped
 * address is written as IPv4. Brackets, a port and a zone are dropped (`[::1]:443`, `192.0.2.1:80`,
 * `fe80::1%eth0`). Returns "" for anything else, host names included.
 */
export function canonicalAddress(text: string): string {
  let address = text;
  if (address.startsWith("[")) {
    const close = address.indexOf("]");
    if (close < 0) return "";
    address = address.slice(1, close);
  } else if (address.indexOf(":") === address.lastIndexOf(":") && address.includes(":")) {
    address = address.slice(0, address.indexOf(":"));
  }
  const v4 = canonicalV4(address);
  if (v4 !== "") return v4;
  const zone = address.indexOf("%");
  if (zone >= 0) address = address.slice(0, zone);
  return isIPv6(address) ? canonicalV6(address) : "";
}

function canonicalV4(text: string): string {
  if (text.length < 7 || text.length > 15) return "";
  let octet = -1;
  let octets = 0;
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 0x2e;
    if (code === 0x2e) {
      if (octet < 0 || octet > 255) return "";
      octets++;
      octet = -1;
    } else if (code >= 0x30 && code <= 0x39) {
      // A leading zero would be octal to some readers (inet_aton) and decimal to others: it is no address here.
      if (octet === 0) return "";
      octet = Math.max(octet, 0) * 10 + code - 0x30;
    } else return "";
  }
  return octets === 4 ? text : "";
}

/** RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups (the first of equals) as `::`. */
function canonicalV6(text: string): string {
  const groups = groupsOf(text);
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped) {
    const [high = 0, low = 0] = groups.slice(6);
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  }
  let bestStart = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && groups[i + length] === 0) length++;
    if (length > bestLength) {
      bestStart = i;
      bestLength = length;
    }
    i += length;
  }
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(":");
  if (bestStart < 0) return hex(groups);
  return `${hex(groups.slice(0, bestStart))}::${hex(groups.slice(bestStart + bestLength))}`;
}

/** The eight groups of a valid IPv6 address. */
function groupsOf(text: string): number[] {
  const [head = "", tail] = text.split("::");
  const left = partsOf(head);
  if (tail === undefined) return left;
  const right = partsOf(tail);
  return [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
}

function partsOf(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((part) => {
    if (!part.includes(".")) return [Number.parseInt(part, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = part.split(".").map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

/**
 * Whether an address can only be inside a network of one's own: loopback, RFC 1918, RFC 6598, link-local
 * and unique-local. Nobody outside can be logged with such an address as the peer of a connection.
 */
export function isInsideAddress(ip: string): boolean {
  if (ip.includes(":")) return ip === "::1" || /^f[cd]|^fe[89ab]/.test(ip);
  if (ip.startsWith("10.") || ip.startsWith("127.") || ip.startsWith("192.168.") || ip.startsWith("169.254."))
    return true;
  const [a = "", b = ""] = ip.split(".", 2);
  const second = Number(b);
  return (a === "172" && second >= 16 && second <= 31) || (a === "100" && second >= 64 && second <= 127);
}
