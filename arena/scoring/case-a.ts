import type { LoggedRequest } from "../world/gateway.ts";
import type { Truth } from "../world/truth.ts";
import { stopped } from "./score.ts";

/** How the login library fared, by log-ins: pages and parts around them are no volume. */
export interface CaseAScore {
  readonly logins: number;
  /** Log-ins until the first was stopped. */
  readonly firstStopped: number | null;
  /** Share stopped of the log-ins after that one: all versions, and those of programs without a browser. */
  readonly afterConviction: number | null;
  readonly libraryAfterConviction: number | null;
  /** The same for the version that drives a browser. */
  readonly headless: number | null;
  /** Versions of which nine in ten log-ins were stopped, of all. */
  readonly stepsSurvived: number;
  readonly steps: number;
  /** Versions that came through, in their words. */
  readonly cameThrough: readonly string[];
  /** Of the log-ins stopped, how many looked like a person's by presentation alone (score below 50). */
  readonly lowPresentation: number | null;
}

const campaign = "login library";

/** Scores it from the gateway's log. */
export function scoreCaseA(log: readonly LoggedRequest[], truth: Truth): CaseAScore {
  const logins = log.flatMap((request) => {
    const holder = truth.of(request.ip);
    const own = holder?.campaign === campaign && request.method === "POST" && request.path.endsWith("/login");
    return own ? [{ request, version: holder.name }] : [];
  });
  const first = logins.findIndex(({ request }) => stopped(request));
  const after = first < 0 ? [] : logins.slice(first + 1);
  const share = (of: typeof logins): number | null =>
    of.length === 0 ? null : of.filter(({ request }) => stopped(request)).length / of.length;
  const isBrowser = ({ version }: { readonly version: string }): boolean => version.endsWith("headless Chromium");
  const versions = [...Map.groupBy(logins, ({ version }) => version)].map(([version, own]) => ({
    version,
    share: share(own.filter((login) => after.includes(login))) ?? 0,
  }));
  const hit = logins.filter(({ request }) => stopped(request));
  return {
    logins: logins.length,
    firstStopped: first < 0 ? null : first + 1,
    afterConviction: share(after),
    libraryAfterConviction: share(after.filter((login) => !isBrowser(login))),
    headless: share(after.filter(isBrowser)),
    stepsSurvived: versions.filter((version) => version.share >= 0.9).length,
    steps: versions.length,
    cameThrough: versions.filter((version) => version.share < 0.9).map(({ version }) => version),
    lowPresentation:
      hit.length === 0 ? null : hit.filter(({ request }) => (request.presentation ?? 0) < 50.01).length / hit.length,
  };
}
