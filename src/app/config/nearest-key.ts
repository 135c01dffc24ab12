import { suggest } from "#core";

/** What other products call our keys: the word a newcomer writes first. */
const synonyms: Readonly<Record<string, string>> = Object.freeze({
  backend: "upstream",
  backends: "upstream",
  origin: "upstream",
  target: "upstream",
  proxypass: "upstream",
  bind: "listen",
  port: "listen",
  apps: "applications",
  sites: "applications",
  services: "applications",
  domains: "hosts",
  hostnames: "hosts",
  whitelist: "allow",
  blacklist: "block",
  denylist: "block",
  ssl: "tls",
  logs: "accessLog",
  logging: "accessLog",
  storage: "store",
  datadir: "store",
  failopen: "failMode",
});

/**
 * The key a person probably meant: the same letters in another style (`trusted_proxies` → `trustedProxies`), what
 * another product calls it (`backend` → `upstream`), then the nearest by edit distance.
 */
export function nearestKey(written: string, known: readonly string[]): string | undefined {
  const plain = plainKey(written);
  const same = known.find((key) => plainKey(key) === plain);
  if (same !== undefined) return same;
  const synonym = synonyms[plain];
  if (synonym !== undefined && known.includes(synonym)) return synonym;
  return suggest(written, known);
}

function plainKey(key: string): string {
  return key
    .slice(0, 64)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "");
}
