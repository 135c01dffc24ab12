import { createHash } from "node:crypto";
import type { Hashed, Millis } from "#core";
import type { LedgerApplication } from "../ledger/ledger-application.ts";
import type { CountedEdge } from "./edge-counts.ts";
import type { IntentApplication } from "./intent-application.ts";
import type { Orchestration } from "./orchestration.ts";

/** "GAITORCH" and the version of the layout below. */
const magic = "GAITORCH";
const version = 1;
/** magic 8, version 4, JSON length 4, bits length 4, SHA-256 32. */
const headBytes = 52;

/** What of a learned application survives a restart. Names stand for numbers, which may differ next time. */
interface SavedApplication {
  readonly name: string;
  readonly issued: readonly (readonly [name: string, issued: number, fresh: number, lifetimeSeconds: number | null])[];
  readonly lag: readonly number[];
  readonly order: readonly number[];
  readonly script: ReturnType<IntentApplication["script"]["save"]>;
  readonly axes: ReturnType<IntentApplication["experience"]>;
  readonly steps: { readonly steps: readonly string[]; readonly facts: readonly string[] };
  readonly tables: readonly (readonly number[])[];
  readonly edges: readonly (Omit<CountedEdge, "from" | "to" | "kind"> & {
    readonly kind?: CountedEdge["kind"];
    readonly from: string;
    readonly to: string;
  })[];
  readonly answers: readonly (readonly [endpoint: string, answers: number])[];
}

interface SavedState {
  readonly savedAt: Millis;
  readonly keyCheck: Hashed;
  readonly applications: readonly SavedApplication[];
  /** The last number is missing in what earlier versions wrote. */
  readonly tokens: readonly (readonly [endpoint: string, consumed: number, covered: number, some?: number])[];
  readonly issued: { readonly values: number; readonly since: readonly Millis[] };
}

/** How a snapshot is tied to its installation. */
export interface SnapshotOptions {
  readonly now: Millis;
  /** Any keyed hash of a fixed text: tells whether the memory of issued values still speaks our key. */
  readonly keyCheck: Hashed;
}

/**
 * Everything learned, as bytes: versioned and with a SHA-256 over the rest, so that a file cut short by a crash is
 * recognised. Live sessions are not kept. Holds names and counts and the bits of Bloom filters over keyed hashes:
 * no cookie, token or account can be read from it.
 */
export function saveSnapshot(orchestration: Orchestration, options: SnapshotOptions): Uint8Array {
  const memory = orchestration.ledger.tables.issued.save();
  const state: SavedState = {
    savedAt: options.now,
    keyCheck: options.keyCheck,
    applications: orchestration.ledger.tables
      .applications()
      .filter(({ name }) => name !== "")
      .map((ledger) => saveApplication(orchestration, ledger)),
    tokens: saveTokens(orchestration),
    issued: { values: memory.values, since: memory.generations.map(({ since }) => since) },
  };
  const json = new TextEncoder().encode(JSON.stringify(state));
  const bits = memory.generations.map((generation) => new Uint8Array(generation.bits.buffer));
  const bitsLength = bits.reduce((sum, { length }) => sum + length, 0);
  const bytes = new Uint8Array(headBytes + json.length + bitsLength);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(magic), 0);
  view.setUint32(8, version, true);
  view.setUint32(12, json.length, true);
  view.setUint32(16, bitsLength, true);
  bytes.set(json, headBytes);
  let at = headBytes + json.length;
  for (const part of bits) {
    bytes.set(part, at);
    at += part.length;
  }
  bytes.set(digest(bytes), 20);
  return bytes;
}

/** What came of restoring. A refused snapshot has changed nothing. */
export type RestoreOutcome =
  | { readonly kind: "restored"; readonly savedAt: Millis; readonly issuedValues: boolean }
  | { readonly kind: "refused"; readonly reason: string };

/**
 * Puts what `saveSnapshot` gave into a fresh orchestration. `endpointOf` gives this process' number for an
 * endpoint's name, 0 when it has none; what hangs on such an endpoint is left out. Values issued while we were
 * down went unseen, so "never issued" reads as unknown until the memory is complete again.
 */
export function restoreSnapshot(
  orchestration: Orchestration,
  bytes: Uint8Array,
  options: SnapshotOptions & { readonly endpointOf: (name: string) => number },
): RestoreOutcome {
  const refused = refusal(bytes);
  if (refused !== undefined) return { kind: "refused", reason: refused };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const jsonLength = view.getUint32(12, true);
  const json = new TextDecoder().decode(bytes.subarray(headBytes, headBytes + jsonLength));
  const state = JSON.parse(json) as SavedState;
  for (const saved of state.applications) restoreApplication(orchestration, saved, options.endpointOf);
  restoreTokens(orchestration, state, options.endpointOf);
  const sameKey = state.keyCheck === options.keyCheck;
  if (sameKey && state.issued.since.length > 0) {
    // A copy as plain bytes: what was read from a file is a Buffer, whose `slice` shares memory with its neighbours.
    const all = Uint8Array.from(bytes.subarray(headBytes + jsonLength));
    const each = all.length / state.issued.since.length;
    const generations = state.issued.since.map((since, index) => ({
      since,
      bits: new Uint32Array(all.slice(index * each, (index + 1) * each).buffer),
    }));
    const memory = { completeSince: options.now, values: state.issued.values, generations };
    orchestration.ledger.tables.issued.restore(memory, options.now);
  }
  return { kind: "restored", savedAt: state.savedAt, issuedValues: sameKey };
}

function digest(bytes: Uint8Array): Uint8Array {
  const hash = createHash("sha256");
  hash.update(bytes.subarray(0, 20));
  hash.update(bytes.subarray(headBytes));
  return hash.digest();
}

function refusal(bytes: Uint8Array): string | undefined {
  if (bytes.length < headBytes) return `expected at least ${headBytes} bytes, found ${bytes.length}`;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (new TextDecoder().decode(bytes.subarray(0, 8)) !== magic) return "not a snapshot of orchestration tables";
  const found = view.getUint32(8, true);
  if (found !== version) return `expected version ${version}, found ${found}`;
  const length = headBytes + view.getUint32(12, true) + view.getUint32(16, true);
  if (bytes.length !== length) return `expected ${length} bytes, found ${bytes.length}: the file was cut short`;
  const wanted = digest(bytes);
  const same = wanted.every((byte, index) => byte === bytes[20 + index]);
  return same ? undefined : "checksum does not match: the file is damaged";
}

function saveApplication(orchestration: Orchestration, ledger: LedgerApplication): SavedApplication {
  const { names } = orchestration.ledger.tables;
  const { endpoints } = orchestration;
  const intent = orchestration.application(ledger.index);
  const places = intent.steps.places();
  return {
    name: ledger.name,
    issued: names.texts().flatMap((name, index) => {
      const id = index + 1;
      const issued = ledger.issued[id] ?? 0;
      const lifetime = ledger.lifetimeSeconds[id] ?? 0;
      return issued === 0
        ? []
        : [[name, issued, ledger.fresh[id] ?? 0, Number.isFinite(lifetime) ? lifetime : null] as const];
    }),
    lag: [...ledger.lag.counts()],
    order: [...ledger.orderCounts],
    script: intent.script.save(),
    axes: intent.experience(),
    steps: {
      steps: places.steps.map((id) => endpoints.nameOf(id)),
      facts: places.facts.map((id) => endpoints.nameOf(id)),
    },
    tables: intent.steps.tables().map((table) => [...table]),
    edges: intent.edges.edges().map((edge) => ({
      ...edge,
      from: endpoints.nameOf(edge.from),
      to: toEndpoint(edge) ? endpoints.nameOf(edge.to) : names.textOf(edge.to),
    })),
    answers: [...intent.answers.entries()]
      .filter(([id, answers]) => id > 0 && answers >= 0.5)
      .map(([id, answers]) => [endpoints.nameOf(id), answers] as const),
  };
}

function restoreApplication(
  orchestration: Orchestration,
  saved: SavedApplication,
  endpointOf: (name: string) => number,
): void {
  const { tables } = orchestration.ledger;
  const ledger = tables.application(saved.name);
  const intent = orchestration.application(ledger.index);
  for (const [name, issued, fresh, lifetime] of saved.issued) {
    const id = tables.names.add(name);
    if (id === 0) continue;
    ledger.issued[id] = issued;
    ledger.fresh[id] = fresh;
    ledger.lifetimeSeconds[id] = lifetime ?? Number.POSITIVE_INFINITY;
  }
  ledger.lag.restore(Float32Array.from(saved.lag));
  ledger.restoreOrder(Float32Array.from(saved.order));
  intent.script.restore(saved.script);
  for (const { kind, axis, clients, hits } of saved.axes) intent.axis(kind, axis).restore(clients, hits);
  const steps = saved.steps.steps.map(endpointOf);
  const facts = saved.steps.facts.map(endpointOf);
  // Tables are laid out by place: they fit only when every place found its endpoint again.
  if (![...steps, ...facts].includes(0)) {
    intent.steps.restore(
      { steps, facts },
      saved.tables.map((table) => Float32Array.from(table)),
    );
  }
  for (const edge of saved.edges) {
    const from = endpointOf(edge.from);
    const to = toEndpoint(edge) ? endpointOf(edge.to) : tables.names.find(edge.to);
    // Written before edges had kinds: people's ways were all that was learned.
    const kind = edge.kind ?? (edge.type === "issues" ? "any" : "web");
    if (from > 0 && to > 0) intent.edges.restore({ ...edge, kind, from, to });
  }
  for (const [name, answers] of saved.answers) {
    const id = endpointOf(name);
    if (id > 0) intent.answers[id] = answers;
  }
}

function toEndpoint({ type }: Pick<CountedEdge, "type">): boolean {
  return type === "follows" || type === "feeds";
}

function saveTokens(orchestration: Orchestration): SavedState["tokens"] {
  const [consumed, covered, some] = orchestration.tokens.tables();
  return [...consumed.entries()]
    .filter(([id, uses]) => id > 0 && uses >= 0.5)
    .map(([id, uses]) => [orchestration.endpoints.nameOf(id), uses, covered[id] ?? 0, some[id] ?? 0] as const);
}

function restoreTokens(orchestration: Orchestration, state: SavedState, endpointOf: (name: string) => number): void {
  const [consumed, covered, some] = orchestration.tokens.tables();
  for (const [name, uses, whole, partly] of state.tokens) {
    const id = endpointOf(name);
    if (id <= 0) continue;
    consumed[id] = uses;
    covered[id] = whole;
    some[id] = partly ?? whole;
  }
}
