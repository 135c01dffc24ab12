import type { Signal } from "#core";
import type { GroupSums } from "./group-sums.ts";

/** A benign way of being unusual that explains several findings at once. */
export interface Persona {
  readonly name: string;
  /** Groups whose findings this way of living causes. */
  readonly groups: readonly string[];
  /** The most that those groups together may say about somebody who lives so, in nats. */
  readonly natsMax: number;
  /** Does the client show what only somebody with a browser shows? */
  applies(signals: readonly Signal[]): boolean;
}

/**
 * A privacy browser sends no referers, keeps no cookies past the page and blocks the scripts that count visitors: three
 * oddities with one cause, and whatever step of the way those cookies and scripts would have shown is missed with them. But it is a browser, so it loads what a page needs. The little automation that loads parts and
 * omits the rest is about as rare among automation as these people are among people: a likelihood ratio of one, so together the oddities say
 * nothing, the odds stay what they were before anything was seen, and their cohort judges them.
 *
 * Evasion: loading every page's parts buys a tool this doubt, at several times its traffic, and no more than doubt.
 */
const privacyBrowser: Persona = {
  name: "privacy browser",
  groups: ["omissions", "precondition", "conduct"],
  natsMax: 0,
  applies: (signals) => {
    let loads = false;
    for (const { detector, nats } of signals) {
      if (detector === "missing-subresources") {
        if (nats > 0) return false;
        loads = true;
      } else if (detector === "asset-referers" && nats > 0) loads = true;
    }
    return loads;
  },
};

/**
 * A password manager comes straight to the form, submits it before its owner could read it and, where the site refuses the first entry,
 * tries its other one at once: of people's log-ins about one in a thousand is both a short way and one quick retry. So together they leave
 * open who it is, and whoever retries twice, or shows no page that was loaded, is measured as before.
 *
 * Evasion: one quick retry a session, from whole pages. That is a tenth of the pace, and the cohort judges accounts and outcomes.
 */
const passwordManager: Persona = {
  name: "password manager",
  groups: ["authentication", "precondition"],
  natsMax: 3,
  applies: (signals) => {
    let retries = false;
    for (const { detector, group, nats, evidence } of signals) {
      if (nats > 0 && withoutPage(detector, evidence)) return false;
      if (group !== "authentication" || nats <= 0) continue;
      if (detector !== "auth-speed" || Number(evidence.inOneSession) > 1) return false;
      retries = true;
    }
    return retries;
  },
};

/** Whether a finding says that no page was seen, or none of its parts: a password manager fills in the form of a page. */
function withoutPage(detector: string, evidence: Signal["evidence"]): boolean {
  if (detector === "precondition-missed") return String(evidence.missed).includes("page-seen");
  return detector === "missing-subresources" || detector === "session-before-authentication";
}

export const personas: readonly Persona[] = [privacyBrowser, passwordManager];

/**
 * Cuts the groups that one persona explains to what they may say together. `groups` holds each group's capped sum and is
 * changed in place. Returns the persona that cut them, or undefined.
 */
export function applyPersona(groups: GroupSums, signals: readonly Signal[]): Persona | undefined {
  for (const persona of personas) {
    let said = 0;
    for (const group of persona.groups) said += Math.max(0, groups.of(group));
    if (said <= persona.natsMax || !persona.applies(signals)) continue;
    for (const group of persona.groups) {
      const nats = groups.of(group);
      if (nats > 0) groups.set(group, (nats * persona.natsMax) / said);
    }
    return persona;
  }
  return undefined;
}
