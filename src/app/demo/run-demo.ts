import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom, type Kind } from "#core";
import { reasonsInWords } from "../explain/explanation.ts";
import { openService, type RunningService } from "../serve/open-service.ts";
import { demoBots } from "./bots.ts";
import { openDemoOrigin } from "./demo-origin.ts";
import { visit } from "./person.ts";
import { createScene, type DemoScene } from "./scene.ts";

/** What the demo showed. The demo knows who is who, so it can say how well the gateway did. */
export interface DemoResult {
  readonly version: 1;
  readonly seconds: number;
  readonly requests: number;
  /** From the first request to the first bot that was recognised; null when none was. */
  readonly firstBotSeconds: number | null;
  readonly people: { readonly seen: number; readonly taken: Readonly<Record<string, number>> };
  readonly bots: readonly {
    readonly name: string;
    readonly addresses: number;
    readonly taken: Readonly<Record<string, number>>;
  }[];
}

/** How the demo is run. */
export interface DemoOptions {
  readonly mode: "observe" | "enforce";
  readonly signal: AbortSignal;
  readonly seed: number;
  /** Talk for people. */
  say(line: string): void;
}

const peopleAtOnce = 8;
const portWanted = 8_080;

/** Runs shop, gateway, status page and traffic until the signal; then says how it went. */
export async function runDemo({ mode, signal, seed, say }: DemoOptions): Promise<DemoResult> {
  const state = mkdtempSync(join(tmpdir(), "gait-demo-"));
  const origin = await openDemoOrigin();
  const port = (await isFree(portWanted)) ? portWanted : 0;
  const flag = (path: readonly string[], value: unknown) => ({ name: path.join("."), path, value });
  const service = await openService({
    path: undefined,
    env: {},
    flags: [
      flag(["listen"], `127.0.0.1:${port}`),
      flag(["upstream"], origin.url),
      flag(["mode"], mode),
      // The demo's clients all come from this machine; the header of the "front" tells them apart.
      flag(["trustedProxies"], ["127.0.0.1"]),
      flag(["store", "path"], state),
      // Nobody waits for a demo's idle connections.
      flag(["limits", "edge", "drainMs"], 500),
    ],
  });
  const started = performance.now();
  try {
    introduce(service, { mode, state, say });
    const scene = createScene(service.addresses[0]?.port ?? 0, signal);
    const people = new Set<string>();
    const watch = watchFirsts(service, { started, say });
    await Promise.all([
      ...demoBots.map((bot, i) => bot.run(scene, createRandom(seed + i))),
      populate(scene, people, seed),
    ]);
    clearInterval(watch.timer);
    return result(service, {
      people,
      seconds: (performance.now() - started) / 1_000,
      firstBotSeconds: watch.firstBot(),
    });
  } finally {
    await service.stop();
    await origin.close();
    rmSync(state, { recursive: true, force: true });
  }
}

function introduce(
  service: RunningService,
  { mode, state, say }: { readonly mode: string; readonly state: string; readonly say: (line: string) => void },
): void {
  const shop = service.addresses[0];
  say(`Gait demo, ${mode} mode: a shop, the gateway in front of it, people and bots on their way. Look at:`);
  say(`  1. ${service.adminAddress ?? "gait status"}/console/  the console: who is a person, who is not, and why`);
  const first = service.identity.operators.bootstrapToken;
  if (first !== undefined)
    say(`     to block and lift there, become its administrator: ${service.adminAddress}/console/#bootstrap=${first}`);
  say(
    `  2. http://127.0.0.1:${shop?.port ?? 0}/  the shop through the gateway: click around and find yourself on the page`,
  );
  say(`  3. gait explain REFERENCE --state ${state}  any verdict in full; references are on the page`);
  say("Ctrl-C ends it.");
}

/** People come and go; there are always some. */
async function populate(scene: DemoScene, people: Set<string>, seed: number): Promise<void> {
  const random = createRandom(seed + 1_000);
  let next = 0;
  const seat = async (place: number): Promise<void> => {
    await scene.pause(place * 400);
    while (!scene.signal.aborted) {
      const number = next++;
      // Documentation addresses (RFC 5737) are used by the bots; people live in the benchmarking range of RFC 2544.
      const address = `198.18.${Math.floor(number / 250) % 250}.${1 + (number % 250)}`;
      people.add(address);
      await visit(scene, address, createRandom(seed + 2_000 + number));
      await scene.pause(500 + random() * 3_000);
    }
  };
  await Promise.all(Array.from({ length: peopleAtOnce }, (_, place) => seat(place)));
}

/** Says it when a bot is recognised for the first time. */
function watchFirsts(
  service: RunningService,
  { started, say }: { readonly started: number; readonly say: (line: string) => void },
): { readonly timer: NodeJS.Timeout; firstBot(): number | null } {
  const told = new Set<string>();
  let first: number | null = null;
  const timer = setInterval(() => {
    for (const row of service.witness.actors.top(500, 0)) {
      if (row.kind !== "automated" && row.kind !== "declared-bot") continue;
      const bot = demoBots.find(({ addresses }) => addresses.includes(row.ip));
      const name = bot?.name ?? "you, or somebody else on this machine";
      if (told.has(name)) continue;
      told.add(name);
      const seconds = (performance.now() - started) / 1_000;
      if (bot !== undefined) first ??= seconds;
      const why = reasonsInWords(row, 1)[0] ?? "";
      say(
        `${seconds.toFixed(1).padStart(6)} s  ${row.ip} is ${row.kind} (${name}), score ${Math.round(row.score.total)}: ${why}`,
      );
    }
  }, 200);
  return { timer, firstBot: () => (first === null ? null : Math.round(first * 10) / 10) };
}

function result(
  service: RunningService,
  known: { readonly people: ReadonlySet<string>; readonly seconds: number; readonly firstBotSeconds: number | null },
): DemoResult {
  const kindOf = new Map<string, Kind>();
  // Somebody seen with several user agents is taken for the worst of them.
  for (const row of service.witness.actors.top(Number.POSITIVE_INFINITY, 0)) {
    if (kindOf.get(row.ip) !== "automated") kindOf.set(row.ip, row.kind);
  }
  const taken = (addresses: Iterable<string>): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const address of addresses) {
      const kind = kindOf.get(address);
      if (kind !== undefined) counts[kind] = (counts[kind] ?? 0) + 1;
    }
    return counts;
  };
  return {
    version: 1,
    seconds: Math.round(known.seconds * 10) / 10,
    requests: Object.values(service.witness.split.totals).reduce((sum, count) => sum + count, 0),
    firstBotSeconds: known.firstBotSeconds,
    people: { seen: [...known.people].filter((address) => kindOf.has(address)).length, taken: taken(known.people) },
    bots: demoBots.map(({ name, addresses }) => ({
      name,
      addresses: addresses.filter((address) => kindOf.has(address)).length,
      taken: taken(addresses),
    })),
  };
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
