import type { Exchange, Hashed, Millis } from "#core";

/** Path words of steps that ask for a second factor, and of those that make a telephone ring. */
const factorWords: ReadonlySet<string> = new Set(
  "mfa 2fa two-factor twofactor second-factor otp totp push authenticator step-up duo webauthn".split(" "),
);
const ringWords: ReadonlySet<string> = new Set(
  "push send resend prompt start initiate request call sms notify challenge".split(" "),
);

/** Whether a path is about a second factor. */
export function isSecondFactor(path: string): boolean {
  return (
    path !== "" &&
    path
      .toLowerCase()
      .split("/", 12)
      .some((word) => factorWords.has(word))
  );
}

/**
 * Whether an exchange made a second factor ask its owner: a log-in that led to it, or a request to send it (again). Codes that
 * are sent in are answers, not questions.
 */
export function asksSecondFactor({ request, response }: Exchange, login: boolean): boolean {
  if (response === undefined || request.method === "GET" || response.status >= 400) return false;
  if (login) return isSecondFactor(response.location);
  const words = request.path.toLowerCase().split("/", 12);
  return isSecondFactor(request.path) && ringWords.has(words.at(-1) ?? "");
}

/** People press "send again" a few times and log in on two devices; more within the window is somebody else's patience. */
const pushesLeast = 5;
const natsPerPush = 1;
/** Never as much as convicts alone: the step after it is what is held. */
const natsMax = 4;
const windowMs: Millis = 1_800_000;
const accountsMax = 20_000;

/** Second factors asked for lately, by account. */
export interface Fatigue {
  readonly pushes: number;
  readonly minutes: number;
  readonly nats: number;
}

interface Asked {
  since: Millis;
  last: Millis;
  pushes: number;
}

/**
 * Counts how often an account's second factor was asked for: whoever has the password and hopes that its owner will press
 * "yes" to have quiet (MITRE ATT&CK T1621; OWASP OAT-007). A window ends when half an hour passed without a push. Holds
 * 20,000 accounts, the longest silent leave first; two counts and two times each.
 *
 * Evasion: one push an hour, which an owner sees for what it is; the log-ins themselves remain.
 */
export class SecondFactors {
  readonly #accounts = new Map<Hashed, Asked>();

  /** An account's second factor was asked for. Returns what it has come to. */
  asked(account: Hashed, at: Millis): Fatigue {
    const known = this.#accounts.get(account);
    const fresh = known === undefined || at - known.last > windowMs;
    const asked: Asked = fresh ? { since: at, last: at, pushes: 0 } : known;
    asked.pushes++;
    asked.last = at;
    // Put in anew, so that the first key is the longest silent.
    this.#accounts.delete(account);
    this.#accounts.set(account, asked);
    for (const oldest of this.#accounts.keys()) {
      if (this.#accounts.size <= accountsMax) break;
      this.#accounts.delete(oldest);
    }
    return fatigueOf(asked);
  }

  /** What an account's second factor has been through by now; undefined where nothing is odd. */
  fatigue(account: Hashed, at: Millis): Fatigue | undefined {
    const known = this.#accounts.get(account);
    if (known === undefined || at - known.last > windowMs || known.pushes < pushesLeast) return undefined;
    return fatigueOf(known);
  }
}

function fatigueOf({ since, last, pushes }: Asked): Fatigue {
  const nats = Math.max(0, Math.min(natsMax, (pushes - pushesLeast + 1) * natsPerPush));
  return { pushes, minutes: Math.max(1, Math.round((last - since) / 60_000)), nats };
}
