import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { appHeaders } from "../campaigns/headers.ts";
import { noteLight, runLightCrowd } from "../people/light-crowd.ts";
import { createLightPerson } from "../people/light-person.ts";
import { impitChrome, undici } from "../tools/index.ts";
import type { Tool } from "../tools/job.ts";
import { Addresses } from "../world/addresses.ts";
import { Front } from "../world/front.ts";
import { type Gateway, makeCertificate, startGateway } from "../world/gateway.ts";
import { openPlatform, passwordOf, userName } from "../world/platform.ts";
import { createRandom, sleep } from "../world/random.ts";
import { Truth } from "../world/truth.ts";
import { fingerprintPolicy, standingPolicy } from "./policies.ts";
import { Story } from "./story.ts";
import { openUnprotected } from "./unprotected-door.ts";

/** What stood after one step of the story. */
export interface TakeoverStep {
  readonly name: string;
  /** Seconds since the attack began, by the clock on the wall. */
  readonly atSeconds: number;
  /** Log-ins that the attackers tried until the next step, how many were stopped, how many accounts they got into. */
  readonly tried: number;
  readonly stopped: number;
  readonly takenOver: number;
  readonly people: number;
  readonly peopleStopped: number;
}

export interface TakeoverResult {
  readonly steps: readonly TakeoverStep[];
  /** Log-ins tried from the last policy on, and the share stopped. */
  readonly stoppedAtLast: number;
  readonly retoolStopped: number;
  readonly peopleStopped: number;
  readonly peopleSessions: number;
  readonly seconds: number;
  readonly said: readonly string[];
}

export interface TakeoverOptions {
  readonly seed: number;
  readonly directory: string;
  /** How long each step is watched. */
  readonly watchSeconds: number;
  say(line: string): void;
}

/** The attackers' kit of one moment: changed once, at the end, without anybody acting on the other side. */
interface Kit {
  tool: Tool;
  headers: Readonly<Record<string, string>>;
  /** Share of exits in networks that stand on the operator's list. */
  listedShare: number;
}

/**
 * Case D: a mobile application that nothing protects is being taken over from many addresses. It is routed through Gait, its networks
 * are looked at, it is tagged so that the standing policies hold for it, one fingerprint policy is written, and then the attackers retool.
 */
export async function runTakeover({ seed, directory, watchSeconds, say }: TakeoverOptions): Promise<TakeoverResult> {
  mkdirSync(directory, { recursive: true });
  const random = createRandom(seed);
  const truth = new Truth();
  const addresses = new Addresses(createRandom(seed + 1), truth);
  const platform = await openPlatform();
  await makeCertificate(directory);
  const bare = await openUnprotected(platform.url, { cert: `${directory}/cert.pem`, key: `${directory}/key.pem` });
  const front = new Front(bare.port, truth);
  front.saysAddress = false;
  const end = new AbortController();
  const kit: Kit = { tool: undici, headers: appHeaders, listedShare: 0.6 };
  const story = new Story(say, watchSeconds);
  const attack = takeOver({ front, addresses, random, signal: end.signal }, kit, story);
  const users = Array.from({ length: 90 }, (_, i) => ({
    ...createLightPerson(900 + i, addresses.home(), random),
    kind: "app user" as const,
  }));
  for (const user of users) noteLight(truth, user);
  const people = runLightCrowd({
    front,
    truth,
    random,
    signal: end.signal,
    visits: users,
    seats: 4,
    paceMs: 700,
    breakMs: 1_500,
  });
  let gateway: Gateway | undefined;
  try {
    await story.step("nothing stands in front");
    gateway = await startGateway({ mode: "enforce", upstream: platform.url, directory, extra: packs, tags: [] });
    front.saysAddress = true;
    front.gatewayPort = gateway.port;
    await story.step("routed through Gait, no code changed");
    story.heard(await networksSeen(gateway));
    await gateway.configure({ tags: ["login"] });
    const file = join(directory, "standing.yaml");
    writeFileSync(file, standingPolicy);
    story.heard(
      (await gateway.gait("policy", "apply", file, "--why", "the standing policy, for the new application")).stdout,
    );
    await story.step("tagged, and the standing policy on bad networks applied");
    const tuned = join(directory, "fingerprint.yaml");
    writeFileSync(tuned, fingerprintPolicy);
    story.heard(
      (await gateway.gait("policy", "apply", tuned, "--why", "tuned by the fingerprint of the takeover")).stdout,
    );
    await story.step("tuned by one fingerprint policy");
    Object.assign(kit, { tool: impitChrome, headers: {}, listedShare: 0 });
    await story.step("the attackers retool: Chrome's TLS, homes as exits; nobody acts");
    end.abort();
    await Promise.all([attack, people]);
    return story.result(gateway.log(), truth);
  } finally {
    end.abort();
    await Promise.all([attack, people]).catch(() => undefined);
    front.close();
    bare.close();
    await gateway?.stop();
    await platform.close();
  }
}

/** What comes with Gait for log-ins; its rules watch until somebody approves them. */
const packs = "policy: { packs: [bad-infrastructure, credential-stuffing, account-takeover, password-guessing] }\n";

/** What the operator asks first: from which networks do they come? */
async function networksSeen(gateway: Gateway): Promise<string> {
  const asked =
    "SELECT infrastructure, asn, count(*) AS logins, count(DISTINCT address) AS addresses FROM everything WHERE path LIKE '%/login' GROUP BY ALL ORDER BY logins DESC LIMIT 4";
  return (await gateway.gait("sql", asked)).stdout;
}

/** Log-ins with bought pairs, three in ten of them right, from exits of both kinds, until told to stop. */
async function takeOver(
  world: {
    readonly front: Front;
    readonly addresses: Addresses;
    readonly random: () => number;
    readonly signal: AbortSignal;
  },
  kit: Kit,
  story: Story,
): Promise<void> {
  const { front, addresses, random, signal } = world;
  const player = { name: "takeover", side: "attack", campaign: "takeover" } as const;
  const exit = (): string => (random() < kit.listedShare ? addresses.bulletproof() : addresses.residential());
  const door = await front.door(player, { address: exit, per: "connection" });
  for (let i = 0; !signal.aborted; i += batch) {
    const sessions = Array.from({ length: batch }, (_, n) => {
      const user = userName((i + n) * 29);
      const body = JSON.stringify({ user, password: random() < 0.3 ? passwordOf(user) : `Winter${i}!` });
      return [{ method: "POST" as const, path: "/mobile/v1/login", type: "json" as const, body }];
    });
    const job = { base: door.url, headers: kit.headers, jar: false, sessions };
    for (const [status] of await kit.tool.run(job, signal)) story.tried(status ?? 0);
    await sleep(300, signal);
  }
}

const batch = 4;
