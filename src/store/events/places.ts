import type { Privacy } from "./columns.ts";

/** What records say of an address: never more than the operator allows. */
export interface Place {
  /** The address itself where it may be kept, else "". */
  readonly ip: string;
  readonly network: string;
  /** Keyed hash of the address. */
  readonly hash: number;
  readonly country: string;
  readonly asn: number;
  readonly infrastructure: string;
}

/** Works out places of addresses once each. */
export interface Places {
  of(ip: string): Place;
  /** What is known of networks may have changed. */
  forget(): void;
}

const placesMax = 8_192;
/** Kinds of networks that people seldom come from, the strongest first. */
const infrastructure = ["tor", "proxy", "residential-proxy-suspect", "vpn", "hosting"] as const;

export function createPlaces({ addresses, hashAddress, network }: Privacy): Places {
  const known = new Map<string, Place>();
  const workOut = (ip: string): Place => {
    const { country, asn, categories } = network?.(ip) ?? { country: "", asn: 0, categories: [] };
    return {
      ip: addresses === "full" ? ip : "",
      network: networkOf(ip),
      hash: hashAddress(ip),
      country,
      asn: Math.max(0, asn),
      infrastructure: infrastructure.find((one) => categories.includes(one)) ?? "",
    };
  };
  return {
    of(ip) {
      let place = known.get(ip);
      if (place === undefined) {
        if (known.size >= placesMax) known.clear();
        place = workOut(ip);
        known.set(ip, place);
      }
      return place;
    },
    forget: () => known.clear(),
  };
}

/** The block an address is shown by: /24 of IPv4, /48 of IPv6; shared by people, so it names nobody. */
export function networkOf(ip: string): string {
  if (!ip.includes(":")) return ip === "" ? "" : `${ip.slice(0, ip.lastIndexOf("."))}.0/24`;
  const head = (ip.split("::", 1)[0] ?? "").split(":").slice(0, 3).join(":");
  return `${head}::/48`;
}
