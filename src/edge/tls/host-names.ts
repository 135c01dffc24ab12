/**
 * What a certificate answers for: exact names and one-label wildcards (RFC 6125 section 6.4.3: `*.example.com`
 * matches `a.example.com`, neither `example.com` nor `a.b.example.com`).
 */
export class HostNames<Value> {
  readonly #exact = new Map<string, Value>();
  readonly #wildcard = new Map<string, Value>();

  /** The first value given for a name keeps it. Names that are no host names are ignored. */
  add(name: string, value: Value): void {
    const host = canonicalHost(name.startsWith("*.") ? name.slice(2) : name);
    if (host === "") return;
    const table = name.startsWith("*.") ? this.#wildcard : this.#exact;
    if (!table.has(host)) table.set(host, value);
  }

  /** Total over any text, also hostile: an exact name wins over a wildcard; undefined when nobody answers for it. */
  find(name: string): Value | undefined {
    const host = canonicalHost(name);
    if (host === "") return undefined;
    const exact = this.#exact.get(host);
    if (exact !== undefined) return exact;
    const dot = host.indexOf(".");
    return dot <= 0 ? undefined : this.#wildcard.get(host.slice(dot + 1));
  }
}

/** Lower case, without a trailing dot; empty for what cannot be a host name (RFC 1123, and at most 253 bytes). */
function canonicalHost(name: string): string {
  if (name.length === 0 || name.length > 254) return "";
  const host = (name.endsWith(".") ? name.slice(0, -1) : name).toLowerCase();
  return /^[a-z0-9_-][a-z0-9._-]*$/.test(host) && !host.includes("..") ? host : "";
}
