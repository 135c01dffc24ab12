import { counter } from "../features/counters.ts";
import { carryNats } from "./carry-test.ts";
import type { Detector } from "./detector.ts";

const natsMin = 0.05;

/**
 * Counts how often a cookie that an answer handed out came back with the next requests.
 *
 * Returning cookies is what a browser does by itself and what a bare HTTP client must be told to do. Silent where the
 * site sets no cookies or the connector does not see them. Benign causes: cookie refusers, and strangers who share one
 * address and user agent (each gets its own session as soon as its cookie comes back). Evasion: keep a jar; then the
 * cookie ledger examines what is returned, in which order, and when.
 */
export const cookiesNotReturned: Detector = {
  name: "cookies-not-returned",
  axis: "orchestration",
  group: "omissions",
  needs: { counter: "cookieChances", least: 1 },

  inspect(subject) {
    const chances = subject.get(counter.cookieChances);
    if (chances === 0) return undefined;
    const { mean, absence } = subject.site.habits.cookies;
    const nats = carryNats(subject.get(counter.cookieReturned), chances, { mean, absence });
    if (Math.abs(nats) < natsMin) return undefined;
    const evidence = {
      owed: subject.about(counter.cookieChances),
      returned: subject.about(counter.cookieReturned),
      usual: mean,
    };
    return { detector: "cookies-not-returned", axis: "orchestration", group: "omissions", nats, evidence };
  },
};
