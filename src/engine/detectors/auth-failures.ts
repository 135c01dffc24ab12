import { counter } from "../features/counters.ts";
import type { Detector } from "./detector.ts";

/** After a failure people fail again with this probability. Design value. */
const againPeople = 0.45;
const againGuessing = 0.97;
const natsMax = 7;
const failuresMin = 3;

/**
 * Counts failed logins: people mistype a few times and then stop, reset or succeed; a guesser goes on.
 *
 * Each further failure weighs ln(.97/.45) nats, each success after failures the reverse. Benign causes: a forgotten
 * password tried with all its variants, a synchronisation client with an old one (which `request-rhythm` shows as a
 * timer). Evasion: few guesses per client, spread over many; the cohort's rate of unknown accounts then speaks.
 */
export const authFailures: Detector = {
  name: "auth-failures",
  axis: "authentication",
  group: "authentication",
  needs: { counter: "loginFailures", least: failuresMin },

  inspect(subject) {
    const failures = subject.get(counter.loginFailures);
    if (failures < failuresMin) return undefined;
    const successes = Math.max(0, subject.get(counter.loginAttempts) - failures);
    const nats = Math.min(
      natsMax,
      (failures - failuresMin + 1) * Math.log(againGuessing / againPeople) +
        successes * Math.log((1 - againGuessing) / (1 - againPeople)),
    );
    if (nats <= 0) return undefined;
    const evidence = { failures: subject.about(counter.loginFailures), attempts: subject.about(counter.loginAttempts) };
    return { detector: "auth-failures", axis: "authentication", group: "authentication", nats, evidence };
  },
};
