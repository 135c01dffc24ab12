import type { Step, Tool } from "../tools/job.ts";
import type { Addresses } from "../world/addresses.ts";
import type { Front } from "../world/front.ts";
import { passwordOf, userName } from "../world/platform.ts";
import { pause, type Random, sleep } from "../world/random.ts";

/** Honest users of the mobile application: configuration, device, login, feed, and the events that the real client sends. */
export async function runNativeApps(options: {
  readonly front: Front;
  readonly addresses: Addresses;
  readonly tool: Tool;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly sessionsMax: number;
}): Promise<number> {
  const { front, addresses, tool, random, signal, sessionsMax } = options;
  const player = { name: "mobile application", side: "native-app", campaign: "" } as const;
  const door = await front.door(player, { address: () => addresses.home(), per: "session" });
  let sessions = 0;
  while (!signal.aborted && sessions < sessionsMax) {
    const job = { base: door.url, headers, jar: false, sessions: [session(sessions, random)] };
    await tool.run(job, signal);
    door.newSession();
    sessions++;
    await sleep(pause(random, 900), signal);
  }
  return sessions;
}

const headers = {
  "user-agent": "ArenaApp/4.2 (Android 15; okhttp)",
  accept: "application/json",
  "x-app-build": "4217",
};

function session(number: number, random: Random): readonly Step[] {
  const user = userName(number * 7);
  const authorization = { authorization: "Bearer {token}" };
  const found = { name: "token", before: '"token":"', behind: '"' };
  return [
    { method: "GET", path: "/mobile/v1/config" },
    { method: "POST", path: "/mobile/v1/device", type: "json", body: "{}", pauseMs: pause(random, 80) },
    {
      method: "POST",
      path: "/mobile/v1/login",
      type: "json",
      body: JSON.stringify({ user, password: passwordOf(user) }),
      pauseMs: pause(random, 1_500),
      find: found,
    },
    { method: "GET", path: "/mobile/v1/me", headers: authorization, pauseMs: pause(random, 60) },
    { method: "GET", path: "/mobile/v1/feed", headers: authorization, pauseMs: pause(random, 60) },
    {
      method: "POST",
      path: "/mobile/v1/events",
      type: "json",
      body: "{}",
      headers: authorization,
      pauseMs: pause(random, 800),
    },
  ];
}
