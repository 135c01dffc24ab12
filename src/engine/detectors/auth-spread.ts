import { counter } from "../features/counters.ts";
import type { Detector } from "./detector.ts";

const accountsMin = 4;
const natsPerAccount = 0.7;
const natsMax = 5;

/**
 * Counts the accounts one client tries to log in to.
 *
 * A person has one or two accounts, a family's tablet a handful; stuffing and spraying try a new one each time. Needs
 * the account of an attempt, which only some connectors see. Benign causes: shared terminals (each success speaks for
 * them: failures are demanded as well). Evasion: one client per account; the cohort counts accounts instead.
 */
export const authSpread: Detector = {
  name: "auth-spread",
  axis: "authentication",
  group: "authentication",
  needs: { counter: "accounts", least: accountsMin },

  inspect(subject) {
    const accounts = subject.get(counter.accounts);
    const failures = subject.get(counter.loginFailures);
    if (accounts < accountsMin || failures * 2 < accounts) return undefined;
    const nats = Math.min(natsMax, (accounts - accountsMin + 1) * natsPerAccount);
    return {
      detector: "auth-spread",
      axis: "authentication",
      group: "authentication",
      nats,
      evidence: { accounts, failures },
    };
  },
};
