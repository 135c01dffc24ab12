/** Names under which applications take a page, an offset or a number of rows. */
const names: Readonly<Record<"page" | "size", readonly string[]>> = {
  page: ["page", "p", "offset", "start", "skip", "from", "cursor", "pg"],
  size: ["limit", "per_page", "perpage", "pagesize", "page_size", "size", "count", "rows", "take", "first"],
};

/** The number given under one of the usual names for a page or a page size; 0 when there is none. */
export function queryNumber(query: string, sort: "page" | "size"): number {
  for (const part of query.split("&", 32)) {
    const equals = part.indexOf("=");
    if (equals < 1 || !names[sort].includes(part.slice(0, equals).toLowerCase())) continue;
    const value = Number(part.slice(equals + 1));
    if (Number.isFinite(value) && value > 0) return value;
  }
  return 0;
}

/** Parameters of a query. */
export function parameterCount(query: string): number {
  if (query === "") return 0;
  let count = 1;
  for (let i = 0; i < query.length; i++) if (query.charCodeAt(i) === 38) count++;
  return count;
}

/** Value of the longest parameter, in characters. */
export function longestValue(query: string): number {
  let longest = 0;
  for (const part of query.split("&", 64)) longest = Math.max(longest, part.length - part.indexOf("=") - 1);
  return longest;
}
