import { counter } from "../features/counters.ts";
import type { Detector } from "./detector.ts";

/**
 * One refusal answered within a second happens to people: a form sent twice, a password manager that tries its other entry by
 * itself. Five log-ins in a hundred, design value; twice in one session, six in a thousand.
 */
const natsFirst = 3;
const natsSecond = 5.1;
const natsMore = 1.2;
const natsMax = 7;

/**
 * Notices login attempts that follow a refusal faster than anybody can read it and type again.
 *
 * The second attempt must begin less than a second after the refusal of the first was sent, so a double click (which
 * sends both before any answer) does not count. Benign causes: a client that retries by itself with a stored password.
 * Evasion: wait, which slows guessing to a person's pace, or begin a new session for each retry, which takes half an hour.
 */
export const authSpeed: Detector = {
  name: "auth-speed",
  axis: "authentication",
  group: "authentication",
  needs: { counter: "loginQuick", least: 1 },

  inspect(subject) {
    const quick = subject.get(counter.loginQuick);
    if (quick === 0) return undefined;
    // Counters outlive sessions: whoever's password manager retries at each visit did it once a session, not thirty times.
    const inOneSession = Math.max(1, quick - Math.max(0, subject.sessions - 1));
    const nats = inOneSession === 1 ? natsFirst : Math.min(natsMax, natsSecond + (inOneSession - 2) * natsMore);
    const evidence = {
      quick: subject.about(counter.loginQuick),
      inOneSession,
      attempts: subject.about(counter.loginAttempts),
    };
    return { detector: "auth-speed", axis: "authentication", group: "authentication", nats, evidence };
  },
};
