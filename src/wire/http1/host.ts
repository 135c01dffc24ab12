/** Longest host with port that is taken: a DNS name of 253 bytes, a colon and five digits. */
const hostBytesMax = 259;

/**
 * Whether a text is `uri-host [":" port]` (RFC 9110 section 7.2) in the part that everybody reads alike: letters,
 * digits, `-`, `.`, `_` or a bracketed IPv6 address. No user information, no percent-encoding, no empty host and no
 * empty label but the root's behind the last dot: nginx refuses `.` and `a..b`, others route by them.
 */
export function isHost(text: string): boolean {
  if (text.length === 0 || text.length > hostBytesMax) return false;
  if (text.charCodeAt(0) === 0x5b)
    return /^\[[0-9A-Fa-f:.]{2,45}\](?::[0-9]{1,5})?$/.test(text) && isPort(text, text.indexOf("]") + 1);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x3a) return i > 0 && isPort(text, i);
    if (!isNameCode(code)) return false;
    if (code === dot && (i === 0 || text.charCodeAt(i - 1) === dot)) return false;
  }
  return true;
}

const dot = 0x2e;

function isNameCode(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    code === 0x2d ||
    code === dot ||
    code === 0x5f
  );
}

function isPort(text: string, colon: number): boolean {
  if (colon === text.length) return true;
  const digits = text.slice(colon + 1);
  return digits.length > 0 && digits.length <= 5 && /^[0-9]+$/.test(digits) && Number(digits) <= 65_535;
}

/** Host in lower case, without the port where it is the scheme's default and without a final dot. */
export function hostOf(authority: string, scheme: "http" | "https"): string {
  const lower = authority.toLowerCase();
  const usual = scheme === "http" ? ":80" : ":443";
  const bare = lower.endsWith(usual) && !lower.endsWith(`:${usual}`) ? lower.slice(0, -usual.length) : lower;
  return bare.endsWith(".") ? bare.slice(0, -1) : bare;
}
