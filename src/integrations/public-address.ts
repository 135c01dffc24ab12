import { BlockList, isIP } from "node:net";

/** Everything the special-purpose registries of IANA (RFC 6890 and later) keep off the public internet, and what clouds hide there. */
const reserved = new BlockList();
for (const [net, length] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16], // link-local, with the metadata services of most clouds at 169.254.169.254
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
  ["168.63.129.16", 32], // the host agent of one large cloud: public by number, private by meaning
] as const) {
  reserved.addSubnet(net, length, "ipv4");
}

/** Global unicast is 2000::/3; inside it these are not for us. Translation prefixes reach IPv4 addresses by another name. */
const reservedSix = new BlockList();
for (const [net, length] of [
  ["2001::", 23], // protocol assignments, Teredo among them
  ["2001:db8::", 32],
  ["2002::", 16], // 6to4
  ["3fff::", 20],
] as const) {
  reservedSix.addSubnet(net, length, "ipv6");
}
const globalUnicast = new BlockList();
globalUnicast.addSubnet("2000::", 3, "ipv6");

/** Whether an address belongs to the public internet. IPv4-mapped and translated IPv6 (NAT64) never counts as public. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !reserved.check(address, "ipv4");
  if (family !== 6 || address.includes("%")) return false;
  return globalUnicast.check(address, "ipv6") && !reservedSix.check(address, "ipv6");
}
