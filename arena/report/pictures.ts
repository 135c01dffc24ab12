import type { PeerScore } from "../scoring/score.ts";
import type { RunReport } from "./run-report.ts";

const width = 720;
const row = 26;
const left = 250;

/** Attack requests each defence refuses on the same traffic; grey where it also refuses people. */
export function drawPeers(peers: readonly PeerScore[]): string {
  const bars = peers.map((peer, index) => {
    const share = peer.attackRefused / Math.max(1, peer.attackRequests);
    const y = 34 + index * row;
    const harms = peer.peopleSessionsRefused > 0;
    const note = `${(100 * share).toFixed(1)} %${harms ? `, and ${peer.peopleSessionsRefused} sessions of people` : ""}`;
    return [
      `<text x="${left - 8}" y="${y + 15}" text-anchor="end">${escaped(peer.peer)}</text>`,
      `<rect x="${left}" y="${y}" width="${Math.max(1, share * 300).toFixed(0)}" height="18" fill="${harms ? "#999" : "#27a"}"/>`,
      `<text x="${left + share * 300 + 6}" y="${y + 14}">${note}</text>`,
    ].join("");
  });
  return picture("Attack requests refused, same traffic (grey: people, too)", 46 + peers.length * row, bars);
}

/** Share stopped of each version of the login library, in the order of its retooling. */
export function drawRetooling({ enforce }: Pick<RunReport, "enforce">): string {
  const players = enforce.campaigns.find(({ label }) => label === "A")?.players ?? [];
  const seen = enforce.attempts["login library"] ?? [];
  const bars = players.map(({ player }, index) => {
    const attempt = seen.find(({ knob }) => player.endsWith(knob));
    const share = attempt === undefined ? 0 : 1 - attempt.succeeded / Math.max(1, attempt.sent);
    const y = 34 + index * row;
    return [
      `<text x="${left - 8}" y="${y + 15}" text-anchor="end">${escaped(player.slice(0, 34))}</text>`,
      `<rect x="${left}" y="${y}" width="${Math.max(1, share * 390).toFixed(0)}" height="18" fill="#27a"/>`,
      `<text x="${left + share * 390 + 6}" y="${y + 14}">${(100 * share).toFixed(0)} %</text>`,
    ].join("");
  });
  return picture("Log-ins of the library stopped, version by version", 46 + players.length * row, bars);
}

function picture(title: string, height: number, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="${escaped(title)}"><rect width="${width}" height="${height}" fill="#fff"/><text x="8" y="20" font-size="14">${escaped(title)}</text>${parts.join("")}</svg>\n`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
