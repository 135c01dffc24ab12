import { counter } from "../features/counters.ts";
import { carryNats } from "./carry-test.ts";
import type { Detector } from "./detector.ts";

/**
 * Notices sessions whose first act is to post credentials: no page was opened, no form was seen.
 *
 * People open something before they log in; a login library posts straight to the endpoint. What is usual is learned
 * from logins that succeeded here, because native applications and password managers also post without a page. Evasion:
 * fetch the login page first; then cookies, sub-resources and the gap between page and post speak.
 */
export const sessionBeforeAuthentication: Detector = {
  name: "session-before-authentication",
  axis: "orchestration",
  group: "precondition",
  needs: { counter: "loginCold", least: 1 },

  inspect(subject) {
    const cold = subject.get(counter.loginCold);
    if (cold === 0) return undefined;
    const { mean, absence } = subject.site.habits.warmLogins;
    const nats = carryNats(0, Math.min(cold, 8), { mean, absence });
    const evidence = { sessions: cold, attempts: subject.about(counter.loginAttempts) };
    return { detector: "session-before-authentication", axis: "orchestration", group: "precondition", nats, evidence };
  },
};
