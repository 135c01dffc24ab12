import { useNavigate, useSearch } from "@tanstack/react-router";

/** What every screen may hold in its URL. Unknown parameters are dropped, so a link never breaks a screen. */
export interface ScreenSearch {
  /** `live` (the last ten minutes as they happen), a length such as `1h`, or `FROM..TO` in ms. */
  readonly range?: string;
  /** Filter terms `field:value`; `-field:value` excludes. */
  readonly where?: readonly string[];
  readonly tab?: string;
  /** Orders of tables: `-requests`, `convictions.-sessions`. */
  readonly sort?: string;
  readonly state?: string;
  readonly application?: string;
  readonly reference?: string;
  readonly session?: string;
  readonly compare?: string;
  readonly cursor?: string;
  readonly text?: string;
}

const texts = [
  "range",
  "tab",
  "sort",
  "state",
  "application",
  "reference",
  "session",
  "compare",
  "cursor",
  "text",
] as const;

/** Reads a query string as people may have typed it. */
export function parseSearch(query: string): ScreenSearch {
  const parameters = new URLSearchParams(query);
  const found: Record<string, string | readonly string[]> = {};
  for (const name of texts) {
    const value = parameters.get(name);
    if (value !== null && value !== "") found[name] = value.slice(0, 2_000);
  }
  const where = parameters.getAll("where").filter((term) => /^-?[a-z]+:./i.test(term));
  if (where.length > 0) found.where = [...new Set(where)].slice(0, 20);
  return found;
}

/** Writes the parameters readably: `?range=24h&where=kind:automated`. */
export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (Array.isArray(value)) for (const each of value) parameters.append(name, String(each));
    else if (value !== undefined && value !== "") parameters.set(name, String(value));
  }
  const text = parameters.toString().replaceAll("%3A", ":").replaceAll("%2F", "/").replaceAll("%2C", ",");
  return text === "" ? "" : `?${text}`;
}

/** The order of one table in `sort`, which holds `ORDER` for a table without a name and `NAME.ORDER` for others. */
export function orderIn(sort: string | undefined, table: string): string | undefined {
  const prefix = table === "" ? "" : `${table}.`;
  return sort
    ?.split(",")
    .find((each) => (prefix === "" ? !each.includes(".") : each.startsWith(prefix)))
    ?.slice(prefix.length);
}

/** `sort` with another order of one table; those of other tables stay. */
export function withOrder(sort: string | undefined, table: string, { order }: { readonly order: string }): string {
  const prefix = table === "" ? "" : `${table}.`;
  const others = (sort ?? "")
    .split(",")
    .filter((each) => each !== "" && (prefix === "" ? each.includes(".") : !each.startsWith(prefix)));
  return [...others, `${prefix}${order}`].join(",");
}

/** The screen's parameters and how to change them; `undefined` removes one. */
export function useScreenSearch(): readonly [
  ScreenSearch,
  (change: { readonly [Name in keyof ScreenSearch]?: ScreenSearch[Name] | undefined }) => void,
] {
  const search: ScreenSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  return [
    search,
    (change) => {
      const next = Object.fromEntries(
        Object.entries({ ...search, ...change }).filter(
          ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
        ),
      ) as ScreenSearch;
      void navigate({ to: ".", search: next });
    },
  ];
}
