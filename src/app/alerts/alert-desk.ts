import { appLimits, type Clock } from "#core";
import type { FetchTestAllowance } from "#integrations";
import { type AlertDestination, sendAlert } from "./send-alert.ts";

/** Something that somebody should know now, or no longer need to. */
export interface Alert {
  /** The rule that raised it: `incident`, `health`, `cost`. */
  readonly rule: string;
  /** One thing, one key: what is firing is not sent again, and its end carries the same key. */
  readonly key: string;
  readonly state: "firing" | "resolved";
  readonly title: string;
  readonly text: string;
}

/** What became of an alert at one destination. */
export interface AlertNotice {
  readonly at: number;
  readonly rule: string;
  readonly key: string;
  readonly text: string;
  readonly destination: string;
  readonly state: Alert["state"];
  /** `retrying` from the first try on until it arrived or was given up. */
  delivery: "delivered" | "retrying" | "dead";
  /** Why the last try failed; empty: it did not. */
  detail: string;
}

/** Pauses between tries; after the last an alert is a dead letter. */
const pausesMs = [1_000, 5_000, 30_000, 120_000, 600_000] as const;
const perMinuteMax = 5;

/**
 * Sends alerts, each once however often its cause is seen, at most five a minute to each destination: what is more is
 * counted and told with the next one, so that a storm of incidents is five messages and a number.
 */
export class AlertDesk {
  destinations: readonly AlertDestination[] = [];
  readonly #clock: Clock;
  readonly #testing: FetchTestAllowance | undefined;
  readonly #firing = new Set<string>();
  #untold = 0;
  readonly #recent: AlertNotice[] = [];
  readonly #sent = new Map<string, { minute: number; count: number; held: number }>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(clock: Clock, options: { readonly testing?: FetchTestAllowance } = {}) {
    this.#clock = clock;
    this.#testing = options.testing;
  }

  /** Sends an alert to every destination unless it is known already. */
  raise(alert: Alert): void {
    if (alert.state === "firing") {
      if (this.#firing.has(alert.key)) return;
      if (this.#firing.size >= appLimits.alertsFiringMax.default) {
        this.#untold++;
        return;
      }
      this.#firing.add(alert.key);
    } else if (!this.#firing.delete(alert.key)) return;
    for (const destination of this.destinations) {
      const held = this.#allow(destination.name);
      if (held !== undefined)
        void this.#deliver(destination, this.#note(alert, destination), { alert, held, tries: 0 });
    }
  }

  /** Alerts that nobody was told about, because as many as can be followed were firing. */
  get untold(): number {
    return this.#untold;
  }

  /** The latest first. */
  recent(): readonly AlertNotice[] {
    return [...this.#recent].reverse();
  }

  /** One try at one destination, now. */
  async test(destination: AlertDestination): Promise<{ readonly delivered: boolean; readonly detail: string }> {
    const alert: Alert = { rule: "test", key: "test", state: "firing", title: "Test", text: "Gait can reach you." };
    const detail = await this.#send(destination, { alert, held: 0 });
    return { delivered: detail === "", detail };
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** @returns alerts held back before this one, or undefined where this one is held back, too */
  #allow(name: string): number | undefined {
    const minute = Math.floor(this.#clock.monotonic() / 60_000);
    const sent = this.#sent.get(name) ?? { minute, count: 0, held: 0 };
    this.#sent.set(name, sent);
    if (sent.minute !== minute) {
      sent.minute = minute;
      sent.count = 0;
    }
    if (sent.count >= perMinuteMax) {
      sent.held++;
      return undefined;
    }
    sent.count++;
    const { held } = sent;
    sent.held = 0;
    return held;
  }

  #note({ rule, key, state, title }: Alert, { name }: AlertDestination): AlertNotice {
    const notice: AlertNotice = {
      at: this.#clock.now(),
      rule,
      key,
      text: title,
      destination: name,
      state,
      delivery: "retrying",
      detail: "",
    };
    this.#recent.push(notice);
    if (this.#recent.length > appLimits.alertsKeptMax.default) this.#recent.shift();
    return notice;
  }

  async #deliver(
    destination: AlertDestination,
    notice: AlertNotice,
    given: { readonly alert: Alert; readonly held: number; readonly tries: number },
  ): Promise<void> {
    notice.detail = await this.#send(destination, given);
    const pause = pausesMs[given.tries];
    if (notice.detail === "") notice.delivery = "delivered";
    else if (pause === undefined) notice.delivery = "dead";
    else {
      notice.delivery = "retrying";
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        void this.#deliver(destination, notice, { ...given, tries: given.tries + 1 });
      }, pause);
      timer.unref();
      this.#timers.add(timer);
    }
  }

  async #send(
    destination: AlertDestination,
    { alert, held }: { readonly alert: Alert; readonly held: number },
  ): Promise<string> {
    return sendAlert(destination, { alert, held, at: this.#clock.now() }, { testing: this.#testing });
  }
}
