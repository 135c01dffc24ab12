import type { Intel, Network } from "#core";

/** The world with one more category: addresses that behaviour has shown to be lent to a proxy service. */
export function suspectIntel(intel: Intel, isSuspect: (ip: string) => boolean): Intel {
  return {
    declaredBot: (userAgent) => intel.declaredBot(userAgent),
    network(ip): Network {
      const network = intel.network(ip);
      if (!isSuspect(ip) || network.categories.includes("residential-proxy-suspect")) return network;
      return { ...network, categories: [...network.categories, "residential-proxy-suspect"] };
    },
  };
}
