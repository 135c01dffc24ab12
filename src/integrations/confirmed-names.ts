import { Resolver } from "node:dns/promises";

/** What reverse DNS says about an address. `unknown`: the lookup failed and says nothing either way. */
export type ConfirmedNames =
  | { readonly kind: "names"; readonly names: readonly string[] }
  | { readonly kind: "unknown"; readonly reason: string };

/** The part of a resolver this needs; tests bring their own. */
export interface NameResolver {
  reverse(ip: string): Promise<string[]>;
  resolve4(name: string): Promise<string[]>;
  resolve6(name: string): Promise<string[]>;
}

const namesMax = 4;
const absent = new Set(["ENOTFOUND", "ENODATA", "NXDOMAIN"]);

/** A resolver that gives up after about four seconds. */
export function createNameResolver(): NameResolver {
  return new Resolver({ timeout: 2_000, tries: 2 });
}

/**
 * The names of an address that lead back to it (forward-confirmed reverse DNS). Whoever owns an address writes its
 * reverse name as they please; only the owner of the domain can make the name lead back. At most four names are followed.
 */
export async function confirmedNames(ip: string, resolver: NameResolver): Promise<ConfirmedNames> {
  let claimed: string[];
  try {
    claimed = await resolver.reverse(ip);
  } catch (error) {
    return isAbsent(error) ? { kind: "names", names: [] } : { kind: "unknown", reason: String(error) };
  }
  const names: string[] = [];
  for (const name of claimed.slice(0, namesMax)) {
    try {
      const back = ip.includes(":") ? await resolver.resolve6(name) : await resolver.resolve4(name);
      if (back.some((address) => sameAddress(address, ip))) names.push(name.toLowerCase().replace(/\.$/, ""));
    } catch (error) {
      if (!isAbsent(error)) return { kind: "unknown", reason: String(error) };
    }
  }
  return { kind: "names", names };
}

function isAbsent(error: unknown): boolean {
  return absent.has((error as NodeJS.ErrnoException).code ?? "");
}

function sameAddress(one: string, other: string): boolean {
  return (
    one === other ||
    (one.includes(":") &&
      URL.canParse(`http://[${one}]`) &&
      new URL(`http://[${one}]`).hostname === new URL(`http://[${other}]`).hostname)
  );
}
