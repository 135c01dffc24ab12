/** Longer paths are cut: they are for people to read. */
const pathMax = 200;
/** Shorter segments are taken for words and numbers. */
const segmentLeast = 20;

/**
 * A path as it may be shown. Segments that look like a secret (a JSON Web Token, or twenty and more characters of
 * letters and digits mixed, as in password-reset links) are masked; the query is never shown at all.
 */
export function maskedPath(path: string): string {
  const shown = path.length > pathMax ? `${path.slice(0, pathMax)}…` : path;
  if (!hasLongSegment(shown)) return shown;
  return shown
    .split("/")
    .map((segment) => (looksSecret(segment) ? "[masked]" : segment))
    .join("/");
}

function hasLongSegment(path: string): boolean {
  for (let from = 0; path.length - from >= segmentLeast; ) {
    const slash = path.indexOf("/", from);
    if (slash < 0) return true;
    if (slash - from >= segmentLeast) return true;
    from = slash + 1;
  }
  return false;
}

function looksSecret(segment: string): boolean {
  if (segment.length < segmentLeast) return false;
  if (segment.startsWith("eyJ")) return true;
  return (
    /\d/.test(segment) &&
    /[A-Za-z]/.test(segment) &&
    /[A-Za-z0-9_=%.~+-]{20}/.test(segment) &&
    !/-[a-z]+-/.test(segment)
  );
}
