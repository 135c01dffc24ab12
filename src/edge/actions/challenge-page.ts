import { createHash } from "node:crypto";

/** SHA-256 (FIPS 180-4) without the browser's own, which is there on secure origins alone; plain enough to be read. */
const script = `"use strict";
(() => {
const meta = (name) => document.querySelector("meta[name=" + name + "]").content;
const say = (id) => { for (const p of document.querySelectorAll("p")) p.hidden = p.id !== id; };
const puzzle = meta("gait-puzzle"), bits = Number(meta("gait-bits"));
let tries = 0;
try { tries = Number(sessionStorage.getItem("gait-tries")) || 0; sessionStorage.setItem("gait-tries", String(tries + 1)); } catch {}
if (tries >= 4) { try { sessionStorage.removeItem("gait-tries"); } catch {} say("failed"); return; }
say("working");
const primes = [], k = [], start = [];
const fraction = (x) => ((x - Math.floor(x)) * 4294967296) | 0;
for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) {
  if (primes.length < 8) start.push(fraction(Math.sqrt(n)));
  k.push(fraction(Math.cbrt(n))); primes.push(n);
}
const w = new Int32Array(64), turn = (x, n) => (x >>> n) | (x << (32 - n));
const hash = (text) => {
  const h = start.slice(), length = text.length, blocks = ((length + 8) >> 6) + 1;
  for (let b = 0; b < blocks; b++) {
    for (let i = 0; i < 16; i++) {
      let word = 0;
      for (let j = 0; j < 4; j++) {
        const at = b * 64 + i * 4 + j;
        word = (word << 8) | (at < length ? text.charCodeAt(at) : at === length ? 128 : 0);
      }
      w[i] = word;
    }
    if (b === blocks - 1) w[15] = length * 8;
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15], y = w[i - 2];
      w[i] = (w[i - 16] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + w[i - 7] + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10))) | 0;
    }
    let [a, c, d, e, f, g, i2, j2] = h;
    for (let i = 0; i < 64; i++) {
      const t1 = (j2 + (turn(f, 6) ^ turn(f, 11) ^ turn(f, 25)) + ((f & g) ^ (~f & i2)) + k[i] + w[i]) | 0;
      const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & c) ^ (a & d) ^ (c & d))) | 0;
      j2 = i2; i2 = g; g = f; f = (e + t1) | 0; e = d; d = c; c = a; a = (t1 + t2) | 0;
    }
    [a, c, d, e, f, g, i2, j2].forEach((x, i) => { h[i] = (h[i] + x) | 0; });
  }
  return h;
};
const enough = (h) => bits <= 32 && Math.clz32(h[0]) >= bits;
const send = (solution) => fetch(location.href, {
  headers: { "X-Gait-Solution": solution, Accept: "text/html" }, credentials: "same-origin", cache: "no-store", redirect: "manual",
}).then((answer) => { if (answer.headers.get("X-Gait-Challenge") === "solved") location.reload(); else say("failed"); }, () => say("failed"));
let n = 0;
const work = () => {
  for (const end = n + 4000; n < end; n++) if (enough(hash(puzzle + "." + n))) { send(puzzle + "." + n); return; }
  setTimeout(work, 0);
};
work();
})();
`;
const style =
  "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem}code{user-select:all}";

const sha256 = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Only these two texts run or style anything; the page reaches its own origin and nothing else. */
export const challengePolicy: string = [
  "default-src 'none'",
  `script-src ${sha256(script)}`,
  `style-src ${sha256(style)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/**
 * The page that has a browser compute: one document, nothing is loaded from anywhere. It says what it does to who can read it and
 * what to do to who runs no scripts; it never says why somebody sees it. Puzzle and reference are ours and need no escaping.
 */
export function renderChallengePage({
  puzzle,
  bits,
  reference,
}: {
  readonly puzzle: string;
  readonly bits: number;
  readonly reference: string;
}): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="gait-puzzle" content="${puzzle}">
<meta name="gait-bits" content="${bits}">
<title>One moment, please</title>
<style>${style}</style>
<h1>One moment, please</h1>
<p id="working" role="status" hidden>Your browser is doing a short calculation and goes on by itself. There is nothing you need to do.</p>
<p id="failed" role="alert" hidden>That did not work. Reload the page to try again, or tell the site's operator this reference: <code>${reference}</code></p>
<noscript><p>This page needs JavaScript to go on. Without it, tell the site's operator this reference: <code>${reference}</code></p></noscript>
<script>${script}</script>
</html>
`;
}
