import { afterEach, expect, test } from "vitest";
import { appLimits, type Exchange, readTrace, type Verdict } from "#core";
import type { Decision } from "#policy";
import { type BouncerServer, openBouncerServer } from "./bouncer-server.ts";
import { renderMap } from "./map-files.ts";
import { PublishedDecisions } from "./published-decisions.ts";

let now = 0;
const clock = { now: () => now, monotonic: () => now };
let standing: Decision[] = [];
let allowed = new Set<string>();
const hour = 3_600_000;

function listOf(publishedMax = 100): PublishedDecisions {
  now = 0;
  standing = [];
  allowed = new Set();
  return new PublishedDecisions({
    clock,
    lifetimeMs: 4 * hour,
    standing: () => standing,
    allowed: (address) => allowed.has(address),
    publishedMax,
  });
}

function seen(ip: string): Exchange {
  const [exchange] = readTrace(`@${ip} GET / 200`);
  return { ...(exchange as Exchange), id: `ref-${ip}` };
}

function verdict(parts: Partial<Verdict>): Verdict {
  return {
    action: "block",
    kind: "automated",
    score: { total: 97, behaviour: 97, presentation: 0 },
    signals: [{ detector: "no-assets", axis: "orchestration", group: "g", nats: 5, evidence: {} }],
    rule: null,
    watched: [],
    basis: "prior",
    certifiedFpr: null,
    reference: "",
    revision: 0,
    ...parts,
  };
}

const values = (list: PublishedDecisions): readonly string[] => list.list().map(({ value }) => value);

function operator(value: string, action: "block" | "allow" = "block"): Decision {
  const scope = value.includes("/") ? "network" : "address";
  return {
    id: value,
    scope,
    value,
    action,
    reason: "ticket 4711",
    origin: "operator",
    cohort: "",
    createdAt: 0,
    expiresAt: Number.POSITIVE_INFINITY,
  };
}

test("an address is published when its client was to be refused, with the request that decided, and only for a time", () => {
  const list = listOf();
  list.note(seen("203.0.113.9"), verdict({}));
  expect(list.list()).toMatchObject([
    { value: "203.0.113.9", reference: "ref-203.0.113.9", reason: "no-assets", origin: "engine" },
  ]);
  now = 4 * hour - 1;
  expect(values(list)).toEqual(["203.0.113.9"]);
  now = 4 * hour;
  expect(values(list)).toEqual([]);
});

test.each(["throttle", "tag", "log", "allow", "tarpit", "route"] as const)(
  "%s is nothing that a list by address may carry out",
  (action) => {
    const list = listOf();
    list.note(seen("203.0.113.9"), verdict({ action }));
    expect(values(list)).toEqual([]);
  },
);

test("a person behind the address keeps it off the list for a day, and takes it off at once", () => {
  const list = listOf();
  list.note(seen("203.0.113.9"), verdict({ kind: "human", action: "allow" }));
  list.note(seen("203.0.113.9"), verdict({}));
  expect(values(list)).toEqual([]);
  now = 24 * hour + 1;
  list.note(seen("203.0.113.9"), verdict({}));
  expect(values(list)).toEqual(["203.0.113.9"]);
  list.note(seen("203.0.113.9"), verdict({ kind: "human", action: "allow" }));
  expect(values(list)).toEqual([]);
});

test("allow wins, also over what stands already", () => {
  const list = listOf();
  allowed.add("203.0.113.8");
  list.note(seen("203.0.113.8"), verdict({}));
  list.note(seen("203.0.113.9"), verdict({}));
  expect(values(list)).toEqual(["203.0.113.9"]);
  allowed.add("203.0.113.9");
  expect(values(list)).toEqual([]);
});

test("operators' words are published as long as they stand", () => {
  const list = listOf();
  standing = [operator("198.51.100.0/24"), operator("198.51.100.7", "allow")];
  expect(list.list()).toMatchObject([{ value: "198.51.100.0/24", scope: "range", origin: "operator" }]);
  const { sequence } = list;
  standing = [];
  expect(list.changes(sequence)).toMatchObject({ added: [], removed: [{ value: "198.51.100.0/24" }] });
});

test("a full list lets go of what ends first", () => {
  const list = listOf(2);
  for (const last of [1, 2, 3]) list.note(seen(`203.0.113.${last}`), verdict({}));
  expect(values(list)).toEqual(["203.0.113.2", "203.0.113.3"]);
});

test("map files hold the list in the proxy's own form, and in observe mode only as comments", () => {
  const list = listOf();
  list.note(seen("2001:db8::9"), verdict({ rule: "evil\nrule" }));
  expect(renderMap(list.list(), { dialect: "nginx", active: true })).toContain('\n2001:db8::9 "block";\n');
  expect(renderMap(list.list(), { dialect: "haproxy", active: true })).toContain("\n2001:db8::9 block\n");
  const inactive = renderMap(list.list(), { dialect: "nginx", active: false });
  expect(inactive.split("\n").every((line) => line === "" || line.startsWith("#"))).toBe(true);
  expect(inactive).toContain("2001:db8::9");
});

let server: BouncerServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

test("bouncers are told what is new to each, what ended, and nothing at all in observe mode or without a key", async () => {
  const list = listOf();
  let active = true;
  const keys = ["a".repeat(32), "b".repeat(32)];
  server = await openBouncerServer({ listen: { host: "127.0.0.1", port: 0 }, keys, list, clock, active: () => active });
  const ask = async (path: string, key = keys[0] ?? ""): Promise<unknown> =>
    (await fetch(`http://127.0.0.1:${server?.port}${path}`, { headers: { "X-Api-Key": key } })).json();
  expect(await ask("/v1/decisions/stream?startup=true", "c".repeat(32))).toEqual({ message: "access forbidden" });
  expect(await ask("/v1/decisions/stream?startup=true")).toEqual({ new: null, deleted: null });
  list.note(seen("203.0.113.9"), verdict({}));
  const ban = { type: "ban", scope: "Ip", value: "203.0.113.9", duration: "14400s", origin: "gait" };
  expect(await ask("/v1/decisions/stream")).toMatchObject({ new: [ban], deleted: null });
  expect(await ask("/v1/decisions/stream")).toEqual({ new: null, deleted: null });
  expect(await ask("/v1/decisions/stream?startup=true", keys[1])).toMatchObject({ new: [ban] });
  expect(await ask("/v1/decisions?ip=203.0.113.9")).toMatchObject([ban]);
  expect(await ask("/v1/decisions?ip=203.0.113.10")).toBeNull();
  standing = [operator("198.51.100.0/24")];
  expect(await ask("/v1/decisions?ip=198.51.100.77")).toMatchObject([{ scope: "Range", value: "198.51.100.0/24" }]);
  standing = [];
  now = 4 * hour;
  expect(await ask("/v1/decisions/stream")).toMatchObject({
    new: null,
    deleted: [{ value: "203.0.113.9" }, { value: "198.51.100.0/24" }],
  });
  list.note(seen("203.0.113.9"), verdict({}));
  active = false;
  expect(await ask("/v1/decisions/stream", keys[1])).toMatchObject({ new: null, deleted: [{ value: "203.0.113.9" }] });
  expect(await ask("/v1/decisions")).toBeNull();
  expect(await ask("/decisions")).toMatchObject({
    active: false,
    decisions: [{ value: "203.0.113.9", reason: "no-assets" }],
  });
});

/** Reads server-sent events off an answer, one after the other. */
async function* eventsOf(
  response: Response,
): AsyncGenerator<{ readonly name: string; readonly data: Record<string, unknown> }> {
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const [, name = "", data = "{}"] = /^event: (\w+)\nid: \d+\ndata: (.*)$/m.exec(text.slice(0, end)) ?? [];
      text = text.slice(end + 2);
      if (name !== "") yield { name, data: JSON.parse(data) as Record<string, unknown> };
    }
  }
}

test("a stream tells the whole list, then each change; a reader that comes back is told what it missed", async () => {
  const list = listOf();
  let active = true;
  const [key = ""] = ["k".repeat(32)];
  server = await openBouncerServer({
    listen: { host: "127.0.0.1", port: 0 },
    keys: [key],
    list,
    clock,
    active: () => active,
  });
  const open = async (more: Record<string, string> = {}): Promise<ReturnType<typeof eventsOf>> =>
    eventsOf(
      await fetch(`http://127.0.0.1:${server?.port}/decisions/stream`, { headers: { "X-Api-Key": key, ...more } }),
    );
  list.note(seen("203.0.113.9"), verdict({}));
  const events = await open();
  const next = async (from = events): Promise<unknown> => (await from.next()).value;
  expect(await next()).toMatchObject({
    name: "whole",
    data: { active: true, sequence: 1, decisions: [{ value: "203.0.113.9", reference: "ref-203.0.113.9" }] },
  });
  list.note(seen("203.0.113.10"), verdict({}));
  expect(await next()).toMatchObject({
    name: "change",
    data: { sequence: 2, added: [{ value: "203.0.113.10" }], removed: [] },
  });
  list.note(seen("203.0.113.9"), verdict({ kind: "human", action: "allow" }));
  expect(await next()).toMatchObject({ name: "change", data: { added: [], removed: [{ value: "203.0.113.9" }] } });
  const back = await open({ "Last-Event-ID": "1" });
  expect(await next(back)).toMatchObject({
    name: "change",
    data: { sequence: 3, added: [{ value: "203.0.113.10" }], removed: [{ value: "203.0.113.9" }] },
  });
  // From before a restart, when other numbers were given.
  expect(await next(await open({ "Last-Event-ID": "99" }))).toMatchObject({ name: "whole" });
  active = false;
  expect(await next()).toMatchObject({ name: "whole", data: { active: false } });
});

test("beyond its cap of readers the stream says so", async () => {
  const list = listOf();
  const key = "k".repeat(32);
  server = await openBouncerServer({
    listen: { host: "127.0.0.1", port: 0 },
    keys: [key],
    list,
    clock,
    active: () => true,
  });
  const open = (): Promise<Response> =>
    fetch(`http://127.0.0.1:${server?.port}/decisions/stream`, { headers: { "X-Api-Key": key } });
  for (let i = 0; i < appLimits.publishedStreamsMax.default; i++) expect((await open()).status).toBe(200);
  expect((await open()).status).toBe(503);
});
