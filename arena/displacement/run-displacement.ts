import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Attempt } from "../campaigns/campaign.ts";
import { reactiveStuffing } from "../campaigns/reactive.ts";
import { Addresses } from "../world/addresses.ts";
import { Front } from "../world/front.ts";
import { startGateway } from "../world/gateway.ts";
import { openPlatform } from "../world/platform.ts";
import { createRandom, sleep } from "../world/random.ts";
import { Truth } from "../world/truth.ts";

/** What convicted sessions met, and what the adversary then did. */
export interface DisplacementRow {
  readonly answer: DisplacementAnswer;
  readonly experiments: number;
  /** Times they changed something, because what they saw told them to. */
  readonly changes: number;
  /** Share of their log-ins after the first batch that went to another door than the one they began with. */
  readonly moved: number;
  readonly sent: number;
  /** Log-ins that the application itself answered, and those that the copy beside it answered. */
  readonly reached: number;
  readonly inHoneypot: number;
}

export type DisplacementAnswer = "a plain block" | "the application's own refusal" | "a honeypot";

const policies: Readonly<Record<DisplacementAnswer, string>> = {
  "a plain block": "",
  "the application's own refusal": policy("{ block: { answer: app } }"),
  "a honeypot": policy("{ route: { to: honeypot } }"),
};

function policy(then: string): string {
  return `- name: convicted-cohorts-elsewhere
  why: >-
    Sessions of a convicted cohort are answered in a way that does not tell them so, to see whether the attack moves or changes.
  when: 'cohort.convicted'
  then: ${then}
  mode: enforce
  tags: [OAT-008]
  traces:
    fires:
      - |
        repeat 90
        +7 @10.{n%12+100}.{n}.3 GET /login 200 < csrf=a{n}; Path=/
        +1.1 #user{n} POST /login 401
        end
    silent:
      - |
        GET /mobile/v1/config 200
        +1 POST /mobile/v1/device 201
        +5 #ann POST /mobile/v1/login 200
`;
}

/**
 * The same adversary, who turns one knob whenever most of a batch is answered by neither yes nor no, against three ways of answering convicted
 * sessions. A honeypot is a copy of the application without anything in it: what is sent there costs the attacker and nobody else.
 */
export async function runDisplacement(options: {
  readonly seed: number;
  readonly directory: string;
  readonly state: string | undefined;
  say(line: string): void;
}): Promise<readonly DisplacementRow[]> {
  const rows: DisplacementRow[] = [];
  for (const [number, answer] of (Object.keys(policies) as DisplacementAnswer[]).entries()) {
    const directory = join(options.directory, `answer-${number}`);
    mkdirSync(directory, { recursive: true });
    const row = await runOne(answer, { ...options, directory });
    options.say(
      `${answer}: ${row.changes} changes in ${row.experiments} experiments, ${(100 * row.moved).toFixed(0)} % moved, ${row.reached} of ${row.sent} reached the application`,
    );
    rows.push(row);
  }
  return rows;
}

async function runOne(
  answer: DisplacementAnswer,
  { seed, directory, state }: { readonly seed: number; readonly directory: string; readonly state: string | undefined },
): Promise<DisplacementRow> {
  const platform = await openPlatform();
  const honeypot = await openPlatform();
  const gateway = await startGateway({
    mode: "enforce",
    upstream: platform.url,
    directory,
    state,
    applications: [`{ name: honeypot, paths: [/only-by-routing], upstream: "${honeypot.url}" }`],
  });
  const truth = new Truth();
  const front = new Front(gateway.port, truth);
  try {
    if (policies[answer] !== "") {
      const file = join(directory, "elsewhere.yaml");
      writeFileSync(file, policies[answer]);
      const applied = await gateway.gait("policy", "apply", file, "--why", "convicted cohorts are watched elsewhere");
      if (applied.code !== 0) throw new Error(`gait policy apply ended with ${applied.code}: ${applied.stderr}`);
    }
    const attempts = await reactiveStuffing.run({
      front,
      addresses: new Addresses(createRandom(seed + 77), truth),
      random: createRandom(seed * 1_000 + 77),
      signal: new AbortController().signal,
      scale: 1,
    });
    await sleep(300);
    const logins = gateway.log().filter(({ method, path }) => method === "POST" && path.endsWith("/login"));
    const first = logins[0]?.path ?? "";
    const batch = attempts[0]?.sent ?? 0;
    const later = logins.slice(batch);
    const count = (of: typeof platform): number => of.reached.filter(({ path }) => path.endsWith("/login")).length;
    return {
      answer,
      experiments: attempts.length,
      changes: changesIn(attempts),
      moved: later.length === 0 ? 0 : later.filter(({ path }) => path !== first).length / later.length,
      sent: logins.length,
      reached: count(platform),
      inHoneypot: count(honeypot),
    };
  } finally {
    front.close();
    await gateway.stop();
    await platform.close();
    await honeypot.close();
  }
}

function changesIn(attempts: readonly Attempt[]): number {
  return attempts.filter(({ knob }, index) => index > 0 && knob !== attempts[index - 1]?.knob).length;
}
