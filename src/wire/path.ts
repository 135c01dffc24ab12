/** Spellings kept per path; a path that has more is odd enough. */
const spellingsMax = 12;
const decodesMax = 3;

/**
 * Every spelling of a path that an origin might resolve, the received one first. Policy must match against all of
 * them: `/admin` is also reached as `/x/../admin`, `/%61dmin`, `/%2561dmin`, `//admin`, `/admin;v=1`, `\admin` or
 * `/admin%00.png` at one origin or another. Never longer than `spellingsMax`.
 *
 * Evasion: an origin with a rewriting scheme of its own (base64 in the path, regular expressions) is beyond this.
 */
export function pathSpellings(path: string): readonly string[] {
  if (!unusual.test(path)) return [path];
  const found = new Set<string>([path]);
  let decoded = path;
  for (let round = 0; round <= decodesMax; round++) {
    addForms(found, decoded);
    const next = decodeOnce(decoded);
    if (next === decoded) break;
    decoded = next;
  }
  return [...found].slice(0, spellingsMax);
}

/** What can be odd about a path, as codes for `oddities`. Empty for ordinary paths. */
export function pathOddities(path: string): readonly string[] {
  if (!unusual.test(path)) return none;
  const codes: string[] = [];
  const decoded = decodeOnce(path);
  if (/(?:^|[/\\])\.{1,2}(?:[/\\;]|$)/.test(decoded)) codes.push("path-dot-segment");
  if (/%2f|%5c/i.test(path)) codes.push("path-encoded-slash");
  if (decoded !== path && decodeOnce(decoded) !== decoded) codes.push("path-double-encoded");
  if (decoded.includes("\0")) codes.push("path-nul");
  if (path.includes("\\")) codes.push("path-backslash");
  if (path.includes("//")) codes.push("path-double-slash");
  if (/%(?![0-9A-Fa-f]{2})/.test(path)) codes.push("path-bad-escape");
  if (/%c0%a[ef]|%c1%9c/i.test(path)) codes.push("path-overlong-utf8");
  return codes;
}

const none: readonly string[] = Object.freeze([]);
const unusual = /[%\\;]|\/[./]/;

function addForms(found: Set<string>, path: string): void {
  const cut = path.indexOf("\0");
  const visible = cut >= 0 ? path.slice(0, cut) : path;
  const slashed = visible.replaceAll("\\", "/");
  const bare = slashed
    .split("/")
    .map((segment) => (segment.includes(";") ? segment.slice(0, segment.indexOf(";")) : segment))
    .join("/");
  for (const form of [path, visible, slashed, bare]) {
    found.add(form);
    found.add(removeDotSegments(form));
    found.add(removeDotSegments(form.replace(/\/{2,}/g, "/")));
  }
}

/** RFC 3986 section 5.2.4. */
function removeDotSegments(path: string): string {
  if (!path.includes("/.")) return path;
  const kept: string[] = [];
  const segments = path.split("/");
  for (let i = 1; i < segments.length; i++) {
    const segment = segments[i] as string;
    const last = i === segments.length - 1;
    if (segment === "..") kept.pop();
    if (segment === ".." || segment === ".") {
      if (last) kept.push("");
    } else kept.push(segment);
  }
  return `/${kept.join("/")}`;
}

/** Percent-decoding of single bytes; broken escapes stay. Overlong UTF-8 for `/` and `.` is read as old servers did. */
function decodeOnce(path: string): string {
  if (!path.includes("%")) return path;
  return path
    .replace(/%c0%af|%c1%9c/gi, (match) => (match.toLowerCase() === "%c0%af" ? "/" : "\\"))
    .replace(/%c0%ae/gi, ".")
    .replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}
