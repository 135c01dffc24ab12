import type { HeaderList } from "#core";

/** Sessions a country must have shown before its languages are known. */
const sessionsMin = 200;
/** How much rarer a language must be in the country than on the whole site before it is foreign there. */
const rarerFactor = 4;
/** Countries times languages that are counted; ISO 3166 has 249 countries. */
const countriesMax = 256;
const languagesMax = 64;
/** A row is halved here, so that last year's visitors do not outvote this month's. */
const countMax = 20_000;

interface Row {
  total: number;
  readonly languages: Map<string, number>;
}

/**
 * Which languages browsers ask for in which country, learned from this site's own sessions: one vote each.
 *
 * Programs that change their address with every request keep the `Accept-Language` they were written with; people in Japan ask
 * for Japanese. Compared with the site's own mix, never with a table: where everybody reads English, English is foreign
 * nowhere. Benign causes are common (travellers, expatriates, VPNs), so this is presentation and weighs little. Evasion: ask for the
 * language of the exit's country.
 */
export class LanguageLaw {
  readonly #countries = new Map<string, Row>();
  readonly #site: Row = { total: 0, languages: new Map() };

  /** Counts a session and tells whether its language is foreign where its address is. Empty country or language: no. */
  learn(country: string, language: string): boolean {
    if (country === "" || language === "") return false;
    const row = this.#row(country);
    const foreign = row !== undefined && this.#foreign(row, language);
    add(this.#site, language);
    if (row !== undefined) add(row, language);
    return foreign;
  }

  #foreign(row: Row, language: string): boolean {
    if (row.total < sessionsMin) return false;
    const here = ((row.languages.get(language) ?? 0) + 1) / (row.total + 1);
    const anywhere = ((this.#site.languages.get(language) ?? 0) + 1) / (this.#site.total + 1);
    return anywhere / here >= rarerFactor;
  }

  #row(country: string): Row | undefined {
    const known = this.#countries.get(country);
    if (known !== undefined || this.#countries.size >= countriesMax) return known;
    const row: Row = { total: 0, languages: new Map() };
    this.#countries.set(country, row);
    return row;
  }
}

/** A language beyond the cap counts in the total alone: it stays rare, as it is. */
function add(row: Row, language: string): void {
  const count = row.languages.get(language);
  if (count !== undefined || row.languages.size < languagesMax) row.languages.set(language, (count ?? 0) + 1);
  if (++row.total < countMax) return;
  for (const [name, votes] of row.languages) row.languages.set(name, votes / 2);
  row.total /= 2;
}

/** Primary subtag (RFC 5646) of the first language asked for, lower case; empty where none is. */
export function languageAsked(headers: HeaderList): string {
  for (let i = 0; i < headers.names.length; i++) {
    const name = headers.names[i] as string;
    if (name.length !== 15 || name.toLowerCase() !== "accept-language") continue;
    return /^[a-z]{2,3}(?=[-,;\s]|$)/i.exec(headers.values[i] as string)?.[0].toLowerCase() ?? "";
  }
  return "";
}
