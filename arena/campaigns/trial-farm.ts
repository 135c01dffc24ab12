import { requestsTool, undici } from "../tools/index.ts";
import type { Step, Tool } from "../tools/job.ts";
import { sleep } from "../world/random.ts";
import { type Attempt, type Campaign, type CampaignWorld, successes } from "./campaign.ts";
import { scriptAgent } from "./headers.ts";

/** The genuine client's headers, as read out of a capture. */
const genuine = { "user-agent": "arena-code/1.8 (linux; node)", accept: "application/json" };

const key = { name: "key", before: '"key":"', behind: '"' };
/** Looks the same, compares different: a zero-width space inside. */
const invisible = "\u200b";

function organisation(number: number, disguised: "plain" | "disguised"): string {
  const name = `Team Alpha ${number}`;
  return disguised === "plain" ? name : `${name.slice(0, 4)}${invisible}${name.slice(4)}`;
}

/** One synthetic organisation: signs up, takes the trial and a referral, burns its credits, and tells nothing of itself. */
function farmed(number: number, disguised: "plain" | "disguised"): readonly Step[] {
  const authorization = { authorization: "Bearer {key}" };
  const post = (path: string, body: unknown, more: Partial<Step> = {}): Step => ({
    method: "POST",
    path: `/dev/v1/${path}`,
    type: "json",
    body: JSON.stringify(body),
    headers: authorization,
    ...more,
  });
  return [
    post(
      "signup",
      { organisation: organisation(number, disguised), email: `a${number}@mail.example` },
      { headers: {}, find: key },
    ),
    post("trial", {}),
    post("referral", { code: "FRIEND1" }),
    ...Array.from({ length: 5 }, (_, i) =>
      post("inference", { model: "large", context: "y".repeat(900) }, { pauseMs: i === 0 ? 60 : 20 }),
    ),
  ];
}

/**
 * Case C as far as traffic alone goes: synthetic organisations in a row, each from its own address, first by a script, then with the
 * genuine client's headers, then with names that only look alike. What the application knows of them (events of sign-up, trial and
 * payment) is not part of it yet.
 */
export const trialFarm: Campaign = {
  name: "trial farm",
  label: "C",
  async run(world) {
    return [
      await farm(world, {
        knob: "a script",
        tool: requestsTool,
        headers: { "user-agent": scriptAgent },
        disguised: "plain",
        from: 0,
      }),
      await farm(world, {
        knob: "the genuine client's headers",
        tool: undici,
        headers: genuine,
        disguised: "plain",
        from: 100,
      }),
      await farm(world, {
        knob: "names with invisible characters",
        tool: undici,
        headers: genuine,
        disguised: "disguised",
        from: 200,
      }),
    ];
  },
};

async function farm(
  { front, addresses, signal, scale }: CampaignWorld,
  plan: {
    readonly knob: string;
    readonly tool: Tool;
    readonly headers: Readonly<Record<string, string>>;
    readonly disguised: "plain" | "disguised";
    readonly from: number;
  },
): Promise<Attempt> {
  const player = { name: `C: ${plan.knob}`, side: "attack", campaign: "trial farm" } as const;
  const door = await front.door(player, { address: () => addresses.residential(), per: "connection" });
  const count = Math.round(20 * scale);
  let succeeded = 0;
  let sent = 0;
  for (; sent < count && !signal.aborted; sent += 4) {
    const sessions = Array.from({ length: 4 }, (_, i) => farmed(plan.from + sent + i, plan.disguised));
    succeeded += successes(
      await plan.tool.run({ base: door.url, headers: plan.headers, jar: false, sessions }, signal),
    );
    await sleep(40, signal);
  }
  return { knob: plan.knob, tool: plan.tool.name, sent, succeeded };
}
