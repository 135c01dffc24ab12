import { type ClientTable, rowBytes, rowFloat } from "../clients/client-table.ts";
import { stepsPerNat } from "../cohorts/index.ts";
import { counter } from "../features/counters.ts";
import { dimensionIndex } from "../fingerprint/index.ts";
import type { OrchestrationCase } from "../intent/orchestration.ts";
import { manner } from "./manner-bytes.ts";
import type { SessionManners } from "./session-manners.ts";
import type { Traits } from "./session-traits.ts";

/** A session that ended, for the dimensions that only its end shows. */
export interface MannersOf {
  readonly clients: ClientTable;
  readonly row: number;
  readonly slot: number;
  readonly manners: SessionManners;
  readonly subject: OrchestrationCase | undefined;
  /** Bin of the axis "typicality", -1 unknown. */
  readonly typicality: number;
  /** The pause before its log-in as `logPause` writes it, -1 none. */
  readonly pause: number;
  /** Number of the endpoint that it asked for identifiers, and the share of its requests that enumerate. */
  readonly swept: number;
  readonly purity: number;
}

const named = (name: string): number => dimensionIndex.get(name) ?? 0;
const at = {
  tokens: named("state tokens"),
  entry: named("entry"),
  refusal: named("after refusal"),
  throttling: named("after throttling"),
  failure: named("after server error"),
  revalidation: named("revalidation"),
  assets: named("asset share"),
  chain: named("referrer chain"),
  revisits: named("revisits"),
  steps: named("steps"),
  gap: named("median gap"),
  spread: named("gap spread"),
  bursts: named("burstiness"),
  phase: named("clock phase"),
  concurrency: named("concurrency"),
  retry: named("retry law"),
  think: named("think time"),
  bodyForm: named("body form"),
  bodySize: named("body size"),
  order: named("parameter order"),
  pageSize: named("page size"),
  ranges: named("ranges"),
  slot: named("slot swept"),
  sweep: named("sweep order"),
  target: named("target"),
} as const;

/** Pauses, pages, identifiers and parts before they say what they are like. */
const least = { gaps: 3, pages: 2, identifiers: 8, requests: 2, clock: 4 } as const;

/** Fills in the dimensions that `fillTraits` leaves open; what was not seen stays unknown. */
export function fillManners(traits: Traits, source: MannersOf): void {
  fillFlow(traits, source);
  fillRhythm(traits, source);
  fillPayload(traits, source);
  fillGoal(traits, source);
}

function fillFlow(traits: Traits, { clients, row, slot, manners, subject, typicality }: MannersOf): void {
  const get = (index: number): number => clients.get(row, index);
  if (subject?.ledger.observed === true && subject.intent.tokenUses > 0)
    traits[at.tokens] = subject.intent.tokenBreaks > 0 ? 2 : 1;
  known(traits, at.entry, manners.get(slot, manner.entry));
  const stopped = manners.stopped(slot);
  known(traits, at.refusal, manners.get(slot, manner.afterRefusal) || (stopped === "refused" ? 1 : 0));
  known(traits, at.throttling, manners.get(slot, manner.afterThrottling) || (stopped === "throttled" ? 1 : 0));
  known(traits, at.failure, manners.get(slot, manner.afterError) || (stopped === "failed" ? 1 : 0));
  const [pages, assets, revisits] = [get(counter.pages), get(counter.assets), get(counter.revisits)];
  const all = pages + assets + get(counter.api);
  if (all >= least.requests) traits[at.assets] = assets / all;
  if (get(counter.conditional) > 0) traits[at.revalidation] = 1;
  else if (pages >= least.pages) traits[at.revalidation] = revisits > 0 ? 2 : 0;
  if (pages >= least.pages) traits[at.revisits] = revisits / pages;
  const chances = get(counter.linkChances);
  if (chances > 0) traits[at.chain] = get(counter.linkClosed) * 2 >= chances ? 0 : get(counter.linkUnseen) > 0 ? 1 : 2;
  if (typicality >= 0) traits[at.steps] = typicality;
}

function fillRhythm(traits: Traits, { clients, row, slot, manners, pause }: MannersOf): void {
  const gaps = Math.min(120, clients.get(row, counter.gaps));
  if (gaps >= least.gaps) {
    const float = (place: number): number => clients.f32[row * (rowBytes / 4) + place] as number;
    const mean = float(rowFloat.gapMean);
    const deviation = Math.sqrt(Math.max(0, float(rowFloat.gapM2)) / (gaps - 1));
    traits[at.gap] = 1_000 * Math.exp(float(rowFloat.logGapMean));
    traits[at.spread] = Math.sqrt(Math.max(0, float(rowFloat.logGapM2)) / (gaps - 1));
    if (mean > 0) traits[at.bursts] = (deviation - mean) / (deviation + mean);
    if (gaps >= least.clock) traits[at.phase] = deviation > 0.1 * mean ? 0 : phaseOf(mean);
  }
  const most = manners.get(slot, manner.most);
  if (most > 0) traits[at.concurrency] = most >= 5 ? 2 : most >= 2 ? 1 : 0;
  const retry = manners.get(slot, manner.retry);
  if (retry !== 1) traits[at.retry] = Math.max(0, retry - 1);
  if (pause >= 0) traits[at.think] = 1_000 * Math.exp(pause / stepsPerNat);
}

/** 2: a whole number of minutes, 1: of seconds, 0: neither. */
function phaseOf(seconds: number): number {
  const off = (unit: number): number => Math.abs(seconds / unit - Math.round(seconds / unit));
  if (seconds >= 30 && off(60) < 0.02) return 2;
  return seconds >= 1 && off(1) < 0.05 ? 1 : 0;
}

function fillPayload(traits: Traits, { slot, manners }: MannersOf): void {
  const form = manners.get(slot, manner.bodyForm);
  known(traits, at.bodyForm, form);
  if (form !== 0) traits[at.bodySize] = 2 ** manners.get(slot, manner.bodySize);
  known(traits, at.order, manners.get(slot, manner.order));
  known(traits, at.pageSize, manners.get(slot, manner.pageSize));
  traits[at.ranges] = manners.get(slot, manner.ranged);
}

function fillGoal(traits: Traits, { clients, row, slot, manners, swept, purity }: MannersOf): void {
  const identifiers = clients.get(row, counter.idRequests);
  if (identifiers < least.identifiers) traits[at.sweep] = 0;
  else {
    const walks = clients.get(row, counter.walkSteps) > 0.6 * identifiers;
    traits[at.sweep] = walks ? 1 : purity > 0.5 ? 2 : 3;
    if (swept >= 0) traits[at.slot] = swept;
  }
  const target = manners.get(slot, manner.target);
  const api = clients.get(row, counter.api) > clients.get(row, counter.pages);
  traits[at.target] = target > 0 ? target - 1 : api ? 5 : 0;
}

/** Numbers from 1 on are categories from 0 on; 0 is unknown. */
function known(traits: Traits, dimension: number, number: number): void {
  if (number > 0) traits[dimension] = number - 1;
}
