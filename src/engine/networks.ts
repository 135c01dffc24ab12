import type { Intel } from "#core";
import type { NetworkKind } from "./detectors/case.ts";

const kinds: readonly NetworkKind[] = ["unknown", "hosting", "vpn", "tor", "relay", "mobile"];

/** The network of an address as a small number, as session slots keep it. */
export function networkCode(intel: Pick<Intel, "network">, ip: string): number {
  const { categories } = intel.network(ip);
  if (categories.length === 0) return 0;
  if (categories.includes("tor")) return kinds.indexOf("tor");
  if (categories.includes("vpn") || categories.includes("proxy")) return kinds.indexOf("vpn");
  if (categories.includes("hosting")) return kinds.indexOf("hosting");
  if (categories.includes("residential-proxy-suspect")) return kinds.indexOf("relay");
  return categories.includes("mobile-gateway") || categories.includes("corporate-nat") ? kinds.indexOf("mobile") : 0;
}

/** Set beside the code where the session's browser asks for a language that is foreign in its address's country. */
export const foreignLanguageBit = 0x80;

/** The code alone, without what is set beside it. */
export function networkClass(code: number): number {
  return code & ~foreignLanguageBit;
}

export function networkOf(code: number): NetworkKind {
  return kinds[networkClass(code)] ?? "unknown";
}
