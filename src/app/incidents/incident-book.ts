import { appLimits, type Clock } from "#core";
import type { CohortView, Engine } from "#engine";
import type { ControlStore } from "#store";
import { cohortKey, isSameAttack } from "./same-attack.ts";

/** What an incident is judged to be by whoever looks after it. */
export type IncidentState = "open" | "muted" | "resolved";

/** Something that somebody noted about an incident. */
export interface IncidentNote {
  readonly at: number;
  readonly by: string;
  readonly text: string;
  /** A public page pinned with it; null: none. */
  readonly link: string | null;
}

/** What a person is asked to look at, as it is kept: the convicted cohorts of one attack and what people did about it. */
export interface KeptIncident {
  readonly id: string;
  /** Keys of its cohorts as records carry them; the one that opened it first. */
  readonly cohorts: readonly string[];
  readonly application: string;
  /** What its log-ins are: "stuffing", "spraying"…; empty where they fit no kind. */
  readonly attack: string;
  readonly openedAt: number;
  readonly lastSeen: number;
  /** Sessions of its largest cohort: cohorts of one attack hold the same sessions, grouped by different features. */
  readonly sessions: number;
  readonly reasons: readonly string[];
  readonly state: IncidentState;
  /** Who resolved it, or `gait`; empty while it is not. */
  readonly resolvedBy: string;
  readonly assignee: string | null;
  readonly notes: readonly IncidentNote[];
}

/** What changed when the book was brought up to date. */
export interface IncidentChange {
  readonly type: "opened" | "resolved";
  readonly incident: KeptIncident;
}

export const incidentsCollection = "incidents";

/** Quiet for this long, an incident counts as over. */
const quietMs = 24 * 3_600_000;

/**
 * Turns convicted cohorts into incidents that people can work on. Opening and closing are written with their audit
 * entry; how a running one grows is kept in memory and written when it changes state, so that an attack does not fill
 * the audit log. Bounded: beyond the cap nothing is opened until somebody resolves, and the oldest resolved leave.
 */
export class IncidentBook {
  readonly #incidents = new Map<string, KeptIncident>();
  readonly #control: ControlStore;
  readonly #engine: Pick<Engine, "cohorts">;
  readonly #clock: Clock;

  constructor(control: ControlStore, engine: Pick<Engine, "cohorts">, { clock }: { readonly clock: Clock }) {
    this.#control = control;
    this.#engine = engine;
    this.#clock = clock;
    for (const { id, body } of control.documents(incidentsCollection)) this.#incidents.set(id, readKept(body));
  }

  list(): readonly KeptIncident[] {
    return [...this.#incidents.values()].sort((a, b) => b.lastSeen - a.lastSeen);
  }

  find(id: string): KeptIncident | undefined {
    return this.#incidents.get(id);
  }

  /** Lets go of one that an operation durably deleted. */
  forget(id: string): void {
    this.#incidents.delete(id);
  }

  /** Takes over what was written durably by an operation. */
  replace(incident: KeptIncident): void {
    this.#incidents.set(incident.id, incident);
  }

  /** Opens incidents for new convictions, follows the others, resolves those that went quiet. */
  look(): readonly IncidentChange[] {
    const now = this.#clock.now();
    const changes: IncidentChange[] = [];
    const convicted: CohortView[] = [];
    for (const view of this.#engine.cohorts()) {
      if (view.conviction === undefined) break;
      const change = this.#follow(view, convicted, now);
      convicted.push(view);
      if (change !== undefined) changes.push(change);
    }
    for (const incident of this.#incidents.values()) {
      if (incident.state === "resolved" || now - incident.lastSeen < quietMs) continue;
      const resolved: KeptIncident = { ...incident, state: "resolved", resolvedBy: "gait" };
      this.#write("incidents.resolve", resolved, now);
      changes.push({ type: "resolved", incident: resolved });
    }
    return changes;
  }

  /** @param before Convicted views that this look has followed already. */
  #follow(view: CohortView, before: readonly CohortView[], now: number): IncidentChange | undefined {
    const cohort = cohortKey(view);
    const known = this.#ownerOf(cohort) ?? this.#join(view, before, now);
    const seen = Number.isFinite(view.lastSeen) ? view.lastSeen : now;
    const reasons = view.conviction?.evidence ?? [];
    // An attack that comes back after it was resolved is opened again.
    const back = known?.state === "resolved" && seen > known.lastSeen;
    if (known !== undefined && !back) {
      const grown: KeptIncident = {
        ...known,
        lastSeen: Math.max(known.lastSeen, seen),
        sessions: Math.max(known.sessions, view.sessions),
        attack: view.attack === "" ? known.attack : view.attack,
        // Those of its first cohort: the others say the same of the same sessions.
        reasons: known.cohorts[0] === cohort ? reasons : known.reasons,
      };
      this.#incidents.set(known.id, grown);
      return undefined;
    }
    if (known === undefined && !this.#makeRoom(now)) return undefined;
    const opened: KeptIncident = {
      id: known?.id ?? `inc-${cohort}`,
      cohorts: known?.cohorts ?? [cohort],
      application: view.application,
      attack: view.attack,
      openedAt: known?.openedAt ?? now,
      lastSeen: seen,
      sessions: view.sessions,
      reasons,
      state: "open",
      resolvedBy: "",
      assignee: known?.assignee ?? null,
      notes: known?.notes ?? [],
    };
    this.#write("incidents.open", opened, now);
    return { type: "opened", incident: opened };
  }

  #ownerOf(cohort: string): KeptIncident | undefined {
    for (const incident of this.#incidents.values()) if (incident.cohorts.includes(cohort)) return incident;
    return undefined;
  }

  /** The incident of a cohort that holds the same sessions by other features; the cohort becomes part of it. */
  #join(view: CohortView, before: readonly CohortView[], now: number): KeptIncident | undefined {
    const twin = before.find((other) => isSameAttack(view, other));
    const incident = twin === undefined ? undefined : this.#ownerOf(cohortKey(twin));
    if (incident === undefined || incident.cohorts.length >= appLimits.incidentCohortsMax.default) return undefined;
    const joined: KeptIncident = { ...incident, cohorts: [...incident.cohorts, cohortKey(view)] };
    this.#write("incidents.join", joined, now);
    return joined;
  }

  #write(operation: string, incident: KeptIncident, now: number): void {
    const entry = { at: now, who: "gait", operation, subject: JSON.stringify({ id: incident.id }) };
    this.#control.change(entry, [{ collection: incidentsCollection, id: incident.id, body: incident }]);
    this.#incidents.set(incident.id, incident);
  }

  #makeRoom(now: number): boolean {
    if (this.#incidents.size < appLimits.incidentsMax.default) return true;
    const oldest = [...this.#incidents.values()]
      .filter(({ state }) => state === "resolved")
      .sort((a, b) => a.lastSeen - b.lastSeen)[0];
    if (oldest === undefined) return false;
    const entry = { at: now, who: "gait", operation: "incidents.forget", subject: JSON.stringify({ id: oldest.id }) };
    this.#control.change(entry, [{ collection: incidentsCollection, id: oldest.id, body: null }]);
    this.#incidents.delete(oldest.id);
    return true;
  }
}

/** An incident as stored; those of before several cohorts could be one attack name their only one. */
function readKept(body: unknown): KeptIncident {
  const stored = body as KeptIncident & { readonly cohort?: string };
  const cohorts = stored.cohorts ?? (stored.cohort === undefined ? [] : [stored.cohort]);
  return { ...stored, cohorts, attack: stored.attack ?? "" };
}

/** The timer's look: what cannot be written now (disk full) is tried again the next time. */
export function lookForIncidents(book: IncidentBook): readonly IncidentChange[] {
  try {
    return book.look();
  } catch {
    return [];
  }
}
