import type { H2Opening } from "./preface-reader.ts";

/**
 * Gait's fingerprint of how a client opens HTTP/2: settings in wire order, the connection's window update, priority
 * frames and the order of pseudo-headers, as `1:65536;2:0;4:6291456;6:262144|15663105|0|m,a,s,p`. The layout is the one
 * described by Akamai ("Passive fingerprinting of HTTP/2 clients", 2017), so public lists can be compared with it.
 *
 * It names an HTTP/2 implementation, not a person. Evasion: libraries that imitate browsers send the same opening,
 * byte for byte; then it groups them with the browser they imitate, and behaviour has to tell.
 */
export function renderH2Fingerprint(opening: H2Opening): string {
  const settings = opening.settings.map(([id, value]) => `${id}:${value}`).join(";");
  const priorities = opening.priorities.map(
    ({ stream, exclusive, dependsOn, weight }) => `${stream}:${exclusive ? 1 : 0}:${dependsOn}:${weight}`,
  );
  const window = opening.windowUpdate === 0 ? "00" : String(opening.windowUpdate);
  return `${settings}|${window}|${priorities.length === 0 ? "0" : priorities.join(",")}|${opening.pseudoOrder}`;
}

/** The order of pseudo-headers as `node:http2` reports raw headers, for openings whose first HEADERS came late. */
export function pseudoOrderOf(rawHeaders: readonly string[]): string {
  const letters: string[] = [];
  for (let i = 0; i < rawHeaders.length && letters.length < 8; i += 2) {
    const name = rawHeaders[i] ?? "";
    if (!name.startsWith(":")) break;
    letters.push(pseudoLetters[name] ?? "?");
  }
  return letters.join(",");
}

const pseudoLetters: Readonly<Record<string, string>> = {
  ":method": "m",
  ":authority": "a",
  ":scheme": "s",
  ":path": "p",
  ":protocol": "o",
};
