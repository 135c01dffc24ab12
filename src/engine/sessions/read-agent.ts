import type { Intel } from "#core";
import type { AgentEntry, ReadAgent } from "./agent-book.ts";

const familyNumber = { chrome: 1, firefox: 2, safari: 3, edge: 4, opera: 5 } as const;

/** Tokens of a browser and the family they name; the first that fits wins, since Edge also says Chrome. */
const families: readonly (readonly [token: string, family: number])[] = [
  ["Edg/", familyNumber.edge],
  ["OPR/", familyNumber.opera],
  ["Firefox/", familyNumber.firefox],
  ["Chrome/", familyNumber.chrome],
  ["CriOS/", familyNumber.chrome],
  ["Version/", familyNumber.safari],
];

/** Reads a user agent once: what it declares, which browser and version it claims, how it breaks the usual grammar. */
export function agentReader(intel: Pick<Intel, "declaredBot">, options: { readonly masked: boolean }): ReadAgent {
  return (text: string): AgentEntry => {
    if (options.masked) return { text, declared: "", tool: false, family: 0, major: 0, malformed: "" };
    const bot = intel.declaredBot(text);
    const declared = bot?.name ?? "";
    const named = families.find(([token]) => text.includes(token));
    const major = named === undefined ? 0 : Number.parseInt(text.slice(text.indexOf(named[0]) + named[0].length), 10);
    return {
      text,
      declared,
      tool: bot?.purpose === "tool",
      family: named?.[1] ?? 0,
      major: Number.isFinite(major) ? major : 0,
      malformed: declared === "" ? malformation(text) : "",
    };
  };
}

/** Slips that no browser makes, from what browsers have kept since Mozilla/5.0 (RFC 9110 10.1.5 and vendors' notes). */
function malformation(text: string): string {
  if (text === "" || text.startsWith("(")) return "";
  if (/^Mozilla\/[5-9]\.\d[^ ]/.test(text)) return "text runs into the product token";
  if (/[a-z0-9.]\(/i.test(text)) return "no space before a parenthesis";
  if (/\)[A-Za-z]/.test(text)) return "no space after a parenthesis";
  if (text.includes("Firefox/") && text.includes("rv:")) return firefoxSlip(text);
  if (text.includes("Chrome/") && !text.includes("AppleWebKit/")) return "Chrome without its engine";
  return "";
}

function firefoxSlip(text: string): string {
  const revision = /rv:(\d{1,4})/.exec(text)?.[1];
  const version = /Firefox\/(\d{1,4})/.exec(text)?.[1];
  // From 110 to 119 Firefox froze rv at 109 to spare sites that misread it.
  if (revision !== version && revision !== "109") return "Firefox version and engine revision differ";
  return "";
}
