/** Classes that hashes are folded into. */
const classes = 11;
/** Names that are read of one query. */
const namesMax = 16;
/** Names under which interfaces take the size of a page. */
const sizeNames: ReadonlySet<string> = new Set([
  "limit",
  "per_page",
  "page_size",
  "pagesize",
  "size",
  "count",
  "first",
]);

/** Class, from 1 on, of the order in which a query names its parameters. O(length). */
export function parameterOrderClass(query: string): number {
  let hash = 0x811c9dc5;
  let names = 1;
  let inName = true;
  for (let i = 0; i < query.length && names <= namesMax; i++) {
    const code = query.charCodeAt(i);
    if (code === 38) {
      inName = true;
      names++;
    } else if (code === 61) inName = false;
    if (inName) hash = Math.imul(hash ^ code, 0x01000193);
  }
  return 1 + ((hash >>> 0) % classes);
}

/** Class, from 1 on, of the page size that a query asks for; 0: it asks for none. */
export function pageSizeClass(query: string): number {
  let from = 0;
  for (let names = 0; from < query.length && names < namesMax; names++) {
    let to = query.indexOf("&", from);
    if (to < 0) to = query.length;
    const equals = query.indexOf("=", from);
    if (equals > from && equals < to && equals - from <= 9 && sizeNames.has(query.slice(from, equals).toLowerCase())) {
      const size = Number(query.slice(equals + 1, Math.min(to, equals + 8)));
      if (Number.isInteger(size) && size > 0) return 1 + (size % classes);
    }
    from = to + 1;
  }
  return 0;
}
