import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Attempt, Campaign, CampaignWorld } from "./campaigns/campaign.ts";
import { runDeclaredAgents } from "./campaigns/declared.ts";
import { copyPeople, type Past, shuffled } from "./past/live-past.ts";
import { type InlineNginx, startNginx } from "./peers/inline-nginx.ts";
import { type CrowdResult, runCrowd } from "./people/crowd.ts";
import { type LightResult, noteLight, runLightCrowd } from "./people/light-crowd.ts";
import { runNativeApps } from "./people/native-app.ts";
import { undici } from "./tools/index.ts";
import { Addresses } from "./world/addresses.ts";
import { Front } from "./world/front.ts";
import { type Gateway, type LoggedRequest, startGateway } from "./world/gateway.ts";
import { type HarEntry, openPlatform, type Reached } from "./world/platform.ts";
import { createRandom, sleep } from "./world/random.ts";
import { Truth } from "./world/truth.ts";

/** One run of the world under one mode. */
export interface PhaseOptions {
  readonly mode: "observe" | "enforce";
  readonly seed: number;
  readonly directory: string;
  /** Days lived before: what the gateway had learned, and its people. Undefined: a site that nobody knows yet. */
  readonly past: Past | undefined;
  /** People alone, before the first attack. */
  readonly warmSeconds: number;
  /** Visits in real Chromium, and by light people of the past. */
  readonly peopleMax: number;
  readonly lightMax: number;
  readonly scale: number;
  /** One after another inside a lane; lanes run side by side. */
  readonly lanes: readonly (readonly Campaign[])[];
  /** Added to the gateway's environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Whether the gateway is asked in the end why it judged each attacker as it did: a second each. */
  readonly reasons: "ask" | "skip";
  readonly secondsMax: number;
  /** nginx with its own defences in dry run behind the gateway. */
  readonly peers: boolean;
  say(line: string): void;
}

export interface PhaseResult {
  readonly log: readonly LoggedRequest[];
  readonly truth: Truth;
  readonly reached: readonly Reached[];
  /** What the application saw, whole; only where peers listen, because then nothing is stopped before. */
  readonly traces: readonly HarEntry[];
  readonly attempts: ReadonlyMap<string, readonly Attempt[]>;
  /** Campaigns that ended in an error of the arena's own. */
  readonly failures: readonly string[];
  /** Programs that are not installed, and how to have them. */
  readonly absent: readonly string[];
  readonly crowd: CrowdResult;
  readonly light: LightResult;
  readonly nativeSessions: number;
  readonly limited: ReadonlySet<string>;
  readonly firewalled: ReadonlySet<string>;
  readonly usage: { readonly cpuSeconds: number; readonly peakMb: number; readonly idleMb: number };
  readonly seconds: number;
  /** Cohorts that stood convicted at the end, by how they were grouped. */
  readonly convictions: Readonly<Record<string, number>>;
  /** What the gateway says of each attacking player's last request. */
  readonly reasons: ReadonlyMap<string, string>;
}

const seats = 4;
const lightSeats = 10;

/** Starts platform, peers, gateway and front, lets people and attackers come, and collects what everybody saw. */
export async function runPhase(options: PhaseOptions): Promise<PhaseResult> {
  const { mode, seed, past, warmSeconds, peopleMax, lightMax, scale, lanes, say } = options;
  const directory = join(options.directory, mode);
  mkdirSync(directory, { recursive: true });
  const started = performance.now();
  const platform = await openPlatform({ traces: options.peers ? "keep" : "none" });
  const absent: string[] = [];
  const nginx: InlineNginx | undefined = options.peers
    ? await startNginx(platform.url, directory).catch((error: unknown) => {
        absent.push(`nginx limit_req and ModSecurity + CRS: ${String(error)}`);
        return undefined;
      })
    : undefined;
  const gateway = await startGateway({
    mode,
    upstream: nginx?.url ?? platform.url,
    directory,
    state: past?.state,
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  const idleMb = gateway.usage().peakMb;
  const truth = new Truth();
  const people = copyPeople(past?.people ?? []);
  for (const person of people) noteLight(truth, person);
  const front = new Front(gateway.port, truth);
  const addresses = new Addresses(createRandom(seed + 4_711), truth);
  const end = new AbortController();
  const limit = setTimeout(() => end.abort(), options.secondsMax * 1_000);
  const world = (number: number): CampaignWorld => ({
    front,
    addresses,
    random: createRandom(seed * 1_000 + number),
    signal: end.signal,
    scale,
  });
  const attempts = new Map<string, readonly Attempt[]>();
  const failures: string[] = [];
  try {
    const { random, signal } = world(1);
    const crowd = runCrowd({
      front,
      truth,
      addresses,
      random,
      signal,
      sessionsMax: peopleMax,
      atOnce: seats,
      paceMs: 1_700,
    });
    const apps = runNativeApps({
      front,
      addresses,
      tool: undici,
      random: world(2).random,
      signal,
      sessionsMax: Math.round(peopleMax / 4),
    });
    const light = runLightCrowd({
      front,
      truth,
      random: world(4).random,
      signal,
      visits: shuffled(people, world(5).random).slice(0, lightMax),
      seats: lightSeats,
      paceMs: 1_200,
      breakMs: 1_500,
    });
    await sleep(warmSeconds * 1_000, signal);
    say(`${mode}: people have been alone for ${warmSeconds} s; the attacks begin`);
    await Promise.all([
      runDeclaredAgents(world(3)),
      ...lanes.map(async (lane, laneNumber) => {
        for (const [index, campaign] of lane.entries()) {
          const began = performance.now();
          // A program that breaks is the arena's fault: the others go on, and the run says so at its end.
          const done = await campaign.run(world(10 + laneNumber * 50 + index)).catch((error: unknown) => {
            const why = `${campaign.name}: ${String(error).split("\n", 2).join(" ")}`;
            (why.includes("is missing: apt-get install") ? absent : failures).push(why);
            return [];
          });
          attempts.set(campaign.name, done);
          say(`${mode}: ${campaign.name} ended after ${((performance.now() - began) / 1_000).toFixed(0)} s`);
        }
      }),
    ]);
    const crowdResult = await crowd;
    const lightResult = await light;
    end.abort();
    const nativeSessions = await apps;
    await sleep(400);
    const reasons = options.reasons === "ask" ? await explainPlayers(gateway, truth) : new Map<string, string>();
    const convictions = await convictionsOf(gateway);
    const usage = { ...gateway.usage(), idleMb };
    await gateway.stop();
    await nginx?.stop();
    return {
      log: gateway.log(),
      truth,
      reached: platform.reached,
      traces: platform.traces,
      attempts,
      failures,
      absent,
      crowd: crowdResult,
      light: lightResult,
      nativeSessions,
      limited: nginx?.limited() ?? new Set(),
      firewalled: nginx?.firewalled() ?? new Set(),
      usage,
      reasons,
      convictions,
      seconds: (performance.now() - started) / 1_000,
    };
  } finally {
    clearTimeout(limit);
    end.abort();
    front.close();
    await gateway.stop();
    await nginx?.stop();
    await platform.close();
  }
}

/** Convicted cohorts, counted by grouping. */
async function convictionsOf(gateway: Gateway): Promise<Readonly<Record<string, number>>> {
  const listed = (await gateway.gait("cohorts", "list")).stdout;
  const counts: Record<string, number> = {};
  for (const [, grouping = ""] of listed.matchAll(/^\s+\w+\s+(\w+)\s.*\sconvicted\s/gm))
    counts[grouping] = (counts[grouping] ?? 0) + 1;
  return counts;
}

/** `gait explain` for the last request of each attacking player, as an analyst would ask. */
async function explainPlayers(gateway: Gateway, truth: Truth): Promise<ReadonlyMap<string, string>> {
  const last = new Map<string, string>();
  for (const { ip, id } of gateway.log()) {
    const holder = truth.of(ip);
    if (holder?.side === "attack") last.set(holder.name, id);
  }
  const reasons = new Map<string, string>();
  for (const [player, id] of last) reasons.set(player, (await gateway.gait("explain", id)).stdout.trim());
  const cohorts = (await gateway.gait("cohorts", "list")).stdout.trim();
  reasons.set("cohorts", cohorts);
  for (const [, id = ""] of cohorts.matchAll(/^\s+(\w+)\s.*\sconvicted\s/gm))
    reasons.set(`cohort ${id}`, (await gateway.gait("cohorts", "get", id)).stdout.trim().slice(0, 1_500));
  return reasons;
}
