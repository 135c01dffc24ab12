import type { HashKey } from "#core";

/** What every log parser is told. */
export interface LogParseOptions {
  /** Name of the application that the exchanges belong to. */
  readonly application: string;
  /** Key of this run: hashes of cookies, tokens and accounts mean nothing outside it. */
  readonly key: HashKey;
  /** Take the client from the last X-Forwarded-For address always, never, or where the peer is inside our own network. */
  readonly forwarded: "always" | "never" | "inside";
  /** Minutes east of UTC for times without a zone. */
  readonly zoneMinutes: number;
}
