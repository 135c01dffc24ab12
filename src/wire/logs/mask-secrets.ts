/** Query parameters whose values are secrets wherever they appear: their values never leave the parser. */
const secretPattern =
  /((?:^|[?&;\s"'])(?:access_?token|id_?token|refresh_?token|csrf_?token|auth_?token|token|passw(?:or)?d|passwd|pwd|pass|secret|client_?secret|api_?key|apikey|key|auth|authorization|session_?id|session|sid|sessid|jsessionid|phpsessid|signature|sig|jwt|code|otp|pin|x-amz-(?:signature|credential|security-token))=)[^&;\s"']*/gi;

/** A query with secret-looking values replaced by `***`. Linear time: no nested repetition. */
export function maskQuery(query: string): string {
  return query.includes("=") ? query.replace(secretPattern, "$1***") : query;
}

/** A referer with its query masked likewise and user information removed. */
export function maskReferer(referer: string): string {
  let text = referer;
  const at = text.indexOf("@");
  if (at > 0) {
    const scheme = text.indexOf("://");
    const end = text.indexOf("/", scheme + 3);
    if (scheme > 0 && (end < 0 || at < end)) text = text.slice(0, scheme + 3) + text.slice(at + 1);
  }
  return text.includes("?") ? maskQuery(text) : text;
}

/**
 * A rejected line made fit to be shown: control bytes escaped, cut to `lengthMax`, and every run that could be a
 * secret (16 or more characters of letters and digits mixed) replaced. A rejected line was not understood, so
 * nobody knows which part of it was a cookie.
 */
export function showLine(bytes: Buffer, lengthMax: number): string {
  const cut = bytes.length > lengthMax;
  const text = bytes
    .toString("latin1", 0, Math.min(bytes.length, lengthMax))
    .replace(secretPattern, "$1***")
    .replace(/[A-Za-z0-9_+\-.~]{16,}/g, (run) => (/\d/.test(run) && /[A-Za-z]/.test(run) ? `${run.slice(0, 2)}…` : run))
    .replace(/[\x00-\x1f\x7f-\xff]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return cut ? `${text}…` : text;
}
