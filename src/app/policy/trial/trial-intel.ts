import { type Intel, type Network, type NetworkCategory, unknownNetwork } from "#core";
import { createIntel } from "#intel";

/** What the second number of an address 10.N.x.x means in traces of rules. */
const categories: Readonly<Record<number, readonly NetworkCategory[]>> = {
  1: ["hosting"],
  2: ["vpn"],
  3: ["tor"],
  4: ["proxy"],
  5: ["mobile-gateway"],
  6: ["corporate-nat"],
  7: ["residential-proxy-suspect"],
  8: ["listed"],
};

/** Homes: 10.100.x.x lives in the first of these places, 10.101.x.x in the second, and so on round. */
const homes: readonly Pick<Network, "country" | "city" | "latitude" | "longitude">[] = [
  { country: "DE", city: "Berlin", latitude: 52.5, longitude: 13.4 },
  { country: "FR", city: "Lyon", latitude: 45.8, longitude: 4.8 },
  { country: "US", city: "Denver", latitude: 39.7, longitude: -105 },
  { country: "GB", city: "Leeds", latitude: 53.8, longitude: -1.5 },
  { country: "BR", city: "Recife", latitude: -8, longitude: -34.9 },
  { country: "IN", city: "Pune", latitude: 18.5, longitude: 73.9 },
  { country: "ID", city: "Bandung", latitude: -6.9, longitude: 107.6 },
  { country: "VN", city: "Hue", latitude: 16.5, longitude: 107.6 },
  { country: "NG", city: "Ibadan", latitude: 7.4, longitude: 3.9 },
  { country: "PL", city: "Lublin", latitude: 51.2, longitude: 22.6 },
  { country: "TR", city: "Izmir", latitude: 38.4, longitude: 27.1 },
  { country: "MX", city: "Puebla", latitude: 19, longitude: -98.2 },
];
const asnFirst = 64_512;

/**
 * The world as traces of rules know it, so that a rule about networks can be tried without a database: 10.1.x.x to 10.8.x.x
 * are hosting, VPN, Tor, proxy, mobile gateway, firm, lent homes and listed; from 10.100.x.x on homes in twelve countries,
 * an operator each; every other address is at home in Berlin. User agents are recognised as in production.
 */
export function createTrialIntel(): Intel {
  const { declaredBot } = createIntel();
  const networks = new Map<number, Network>();
  return {
    declaredBot,
    network(ip) {
      const number = Number(/^10\.(\d+)\./.exec(ip)?.[1] ?? 100);
      const known = networks.get(number);
      if (known !== undefined) return known;
      const home = homes[number >= 100 ? (number - 100) % homes.length : number % homes.length];
      const asn = asnFirst + number;
      const made = { ...unknownNetwork, ...home, asn, organisation: `AS${asn}`, categories: categories[number] ?? [] };
      networks.set(number, made);
      return made;
    },
  };
}
