import type { Detector } from "./detector.ts";

const natsHosting = 0.7;
const natsVeiled = 0.2;
const natsLent = 0.5;

/**
 * Notes that an address belongs to a hosting network, where programs run and few people browse, to a network that veils
 * its users, or that behaviour has shown it to be lent to a proxy service (`relay`).
 *
 * An address is a weak prior and never sufficient: people use VPNs, offices send their traffic through data centres, and
 * residential proxies make the absence worthless. Presentation, capped. Evasion: a residential proxy.
 */
export const hostingNetwork: Detector = {
  name: "hosting-network",
  axis: "presentation",
  group: "presentation",

  inspect(subject) {
    const nats =
      subject.network === "hosting"
        ? natsHosting
        : subject.network === "relay"
          ? natsLent
          : subject.network === "vpn" || subject.network === "tor"
            ? natsVeiled
            : 0;
    if (nats === 0) return undefined;
    return {
      detector: "hosting-network",
      axis: "presentation",
      group: "presentation",
      nats,
      evidence: { network: subject.network },
    };
  },
};
