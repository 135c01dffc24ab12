import type { Random } from "./random.ts";

/** One network of the arena's world: the addresses that begin with `first`, who runs it and where. */
export interface Network {
  readonly first: number;
  readonly asn: number;
  readonly country: string;
  readonly name: string;
  /** How many of a hundred people live there; 0: none of this platform's. */
  readonly people: number;
}

/**
 * Access networks by the first byte of their addresses. The platform is a German one with neighbours; residential proxies are rented all
 * over the world, at home as well. Numbers of systems are from the range kept for documentation (RFC 5398), so that no bundled list knows them.
 */
export const accessNetworks: readonly Network[] = [
  ...["84", "77", "62", "93", "24"].map((first, i) => home(Number(first), i, "DE", [34, 22, 14, 8, 6][i] as number)),
  ...["81", "188"].map((first, i) => home(Number(first), 5 + i, i === 0 ? "AT" : "CH", 5)),
  ...["71", "151", "213"].map((first, i) => home(Number(first), 7 + i, ["US", "IT", "FR"][i] as string, 2)),
  ..."BR IN ID VN MX TR UA PL RO ES GB NL PH TH ZA NG EG AR CL CO PE MA PK BD MY KR JP CA AU SE"
    .split(" ")
    .map((country, i) => home(100 + i, 10 + i, country, 0)),
];

/** Networks that sell to whoever pays and answer no complaint: on the operator's list of bad infrastructure. */
export const bulletproofNetworks: typeof hostingNetworks = [
  { prefix: [194, 26], asn: 65_539 },
  { prefix: [5, 188], asn: 65_540 },
];

function home(first: number, index: number, country: string, people: number): Network {
  return { first, asn: 64_496 + index, country, name: `Access ${index} ${country}`, people };
}

/** Hosting networks: the first two bytes of their addresses. */
export const hostingNetworks: readonly { readonly prefix: readonly [number, number]; readonly asn: number }[] = [
  { prefix: [45, 132], asn: 65_536 },
  { prefix: [185, 220], asn: 65_537 },
  { prefix: [91, 219], asn: 65_538 },
];

/** The network somebody lives in, by how many people live where. */
export function homeNetwork(random: Random): Network {
  let dice = random() * accessNetworks.reduce((sum, { people }) => sum + people, 0);
  for (const network of accessNetworks) {
    dice -= network.people;
    if (dice < 0) return network;
  }
  return accessNetworks[0] as Network;
}
