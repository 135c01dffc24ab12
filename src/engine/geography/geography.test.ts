import { describe, expect, test } from "vitest";
import { AddressBook } from "../sessions/address.ts";
import {
  addressChurn,
  distanceKm,
  impossibleTravel,
  type NetworkPlace,
  NetworkRisk,
  nameOfNetwork,
  prefixOf,
  ResidentialPools,
  SharedAddresses,
  SuspectAddresses,
} from "./index.ts";

const berlin = { latitude: 52.52, longitude: 13.405 };
const sydney = { latitude: -33.87, longitude: 151.21 };
const potsdam = { latitude: 52.4, longitude: 13.07 };
const hour = 3_600_000;

describe("impossible travel", () => {
  test("distances are right", () => {
    expect(distanceKm(berlin, sydney)).toBeGreaterThan(16_000);
    expect(distanceKm(berlin, sydney)).toBeLessThan(16_200);
    expect(distanceKm(berlin, berlin)).toBe(0);
  });

  test("Berlin to Sydney in two hours speaks, within its cap; in a day it does not, nor next door, nor by VPN habit", () => {
    const jump = { from: berlin, to: sydney, elapsedMs: 2 * hour, habitualGateway: false };
    expect(impossibleTravel(jump)).toBeGreaterThan(2);
    expect(impossibleTravel({ ...jump, elapsedMs: 1 })).toBeLessThanOrEqual(-Math.log(0.02));
    expect(impossibleTravel({ ...jump, elapsedMs: 24 * hour })).toBe(0);
    expect(impossibleTravel({ ...jump, to: potsdam })).toBe(0);
    expect(impossibleTravel({ ...jump, habitualGateway: true })).toBe(0);
  });
});

const place = (operator: number, prefix = 0): NetworkPlace => ({ operator, prefix, holder: `Operator ${operator}` });
const bad = { outcome: "convicted", at: 0 } as const;
const other = { outcome: "other", at: 0 } as const;
const prefixAt = (text: string): number => {
  const words = new Uint32Array(4);
  new AddressBook(4).parse(text, words);
  return prefixOf(words, 0);
};

describe("network risk", () => {
  test("a bad name is earned by evidence and fades; size alone earns none", () => {
    const risk = new NetworkRisk();
    for (let i = 0; i < 20_000; i++) risk.learn(place(1), i, i % 500 === 0 ? bad : other);
    for (let i = 0; i < 300; i++) risk.learn(place(2), 100_000 + i, i % 2 === 0 ? bad : other);
    for (let i = 0; i < 3; i++) risk.learn(place(3), 200_000 + i, bad);
    expect(risk.standing(place(2))).toMatchObject({ network: "AS2", nats: 1 });
    expect(risk.standing(place(1))).toBeUndefined();
    expect(risk.standing(place(3))).toBeUndefined();
    risk.learn(place(2), 300_000, { outcome: "other", at: 200 * 24 * hour });
    expect(risk.standing(place(2))).toBeUndefined();
  });

  test("its own conviction is taken out before a client is weighed", () => {
    const risk = new NetworkRisk();
    for (let i = 0; i < 2_000; i++) risk.learn(place(1), i, other);
    for (let i = 0; i < 4; i++) risk.learn(place(2), 5_000 + i, bad);
    expect(risk.standing(place(2))?.nats).toBeGreaterThan(0);
    expect(risk.standing(place(2), 1)).toBeUndefined();
  });

  test("one address blackens no network, however often it is convicted in a day", () => {
    const risk = new NetworkRisk();
    for (let i = 0; i < 2_000; i++) risk.learn(place(1), i, other);
    for (let i = 0; i < 500; i++) risk.learn(place(2), 7, bad);
    expect(risk.standing(place(2))).toBeUndefined();
    expect(risk.report(0).find(({ network }) => network === "AS2")?.convicted).toBe(1);
  });

  test("people seen there push it down ten times as much as strangers", () => {
    const named = (seen: number, outcome: "person" | "other"): number => {
      const risk = new NetworkRisk();
      for (let i = 0; i < 5_000; i++) risk.learn(place(1), i, other);
      for (let i = 0; i < 10; i++) risk.learn(place(2), 10_000 + i, bad);
      for (let i = 0; i < seen; i++) risk.learn(place(2), 20_000 + i, { outcome, at: 0 });
      return risk.standing(place(2))?.nats ?? 0;
    };
    expect(named(0, "other")).toBe(1);
    expect(named(300, "other")).toBe(1);
    expect(named(300, "person")).toBeLessThan(1);
    expect(named(900, "person")).toBeLessThan(0.5);
  });

  test("a prefix is told from its operator once it has shown enough", () => {
    const risk = new NetworkRisk();
    const [rented, homes] = [prefixAt("203.0.113.9"), prefixAt("198.51.100.4")];
    for (let i = 0; i < 3_000; i++) risk.learn(place(9, homes), i, other);
    for (let i = 0; i < 40; i++) risk.learn(place(9, rented), 10_000 + i, bad);
    expect(risk.standing(place(9, rented))).toMatchObject({ network: "203.0.113.0/24", nats: 1 });
    expect(risk.standing(place(9, homes))).toBeUndefined();
  });

  test("networks have the names people know", () => {
    expect(nameOfNetwork(prefixAt("203.0.113.9"))).toBe("203.0.113.0/24");
    expect(nameOfNetwork(prefixAt("2001:db8:7:1::9"))).toBe("2001:db8:7::/48");
    expect(nameOfNetwork(64_500)).toBe("AS64500");
    expect(prefixAt("a-host-name")).toBe(0);
  });

  test("it outlives a restart, and the table is bounded: a flood of prefixes gives up its own", () => {
    const risk = new NetworkRisk(undefined, 64);
    for (let i = 0; i < 300; i++) risk.learn(place(1), i, other);
    for (let i = 0; i < 30; i++) risk.learn(place(2), 10_000 + i, bad);
    for (let network = 100; network < 5_000; network++) risk.learn(place(network), 50_000 + network, other);
    expect(risk.report(0).length).toBeLessThanOrEqual(64);
    const after = new NetworkRisk(undefined, 64);
    after.restore(JSON.parse(JSON.stringify(risk.save())));
    expect(after.standing(place(2))).toEqual(risk.standing(place(2)));
    expect(after.standing(place(2))?.nats).toBe(1);
  });
});

describe("suspected exits", () => {
  test("are suspected for three days, and a newer one replaces an older one", () => {
    const suspects = new SuspectAddresses(1);
    expect(suspects.suspected(7, 0)).toBe(false);
    suspects.mark(7, 0);
    expect([suspects.suspected(7, 72 * hour), suspects.suspected(7, 73 * hour), suspects.count(hour)]).toEqual([
      true,
      false,
      1,
    ]);
    suspects.mark(8, 0);
    expect(suspects.suspected(7, 0)).toBe(false);
  });

  test("a convicted behaviour that travels is found after twenty sessions, one that stays at home is not", () => {
    const pools = new ResidentialPools();
    for (let i = 0; i < 200; i++) pools.learnPerson(i % 3 === 0 ? "yes" : "no");
    const roam = (i: number): boolean =>
      pools.see("roams", { address: i * 977, prefix: 2 ** 33 + i * 300, operator: i % 40, returned: "no" })
        .residentialProxy;
    const stay = (i: number): boolean =>
      pools.see("stays", { address: i % 3, prefix: 2 ** 33 + (i % 3), operator: 1, returned: "no" }).residentialProxy;
    const found = Array.from({ length: 60 }, (_, i) => [roam(i + 1), stay(i + 1)]);
    expect(found[18]).toEqual([false, false]);
    expect(found[59]).toEqual([true, false]);
  });
});

describe("shared addresses", () => {
  test("three mature people make an address shared, two do not, and a day later it starts over", () => {
    const shared = new SharedAddresses();
    for (const person of [11, 12]) shared.see(1, person, { behaviour: 0, at: 0 });
    expect(shared.shared(1)).toBe(false);
    shared.see(1, 13, { behaviour: 5, at: hour });
    expect(shared.shared(1)).toBe(true);
    expect(shared.people(2)).toBe(1);
    shared.see(1, 11, { behaviour: 0, at: 30 * hour });
    expect(shared.shared(1)).toBe(false);
  });

  test("fresh identities of an attacker do not count, because only mature ones are handed in", () => {
    const shared = new SharedAddresses();
    for (let i = 0; i < 100; i++) shared.see(1, 0, { behaviour: 0, at: 0 });
    expect(shared.shared(1)).toBe(false);
  });
});

describe("address churn", () => {
  test("a rented pool is told from a popular behaviour", () => {
    expect(
      addressChurn({ sessions: 60, addresses: 59, networks: 58, operators: 30, returns: 0 }, 0.4).residentialProxy,
    ).toBe(true);
    expect(
      addressChurn({ sessions: 60, addresses: 50, networks: 40, operators: 9, returns: 22 }, 0.4).residentialProxy,
    ).toBe(false);
    expect(
      addressChurn({ sessions: 10, addresses: 10, networks: 10, operators: 10, returns: 0 }, 0.4).residentialProxy,
    ).toBe(false);
    expect(addressChurn({ sessions: 0, addresses: 0, networks: 0, operators: 0, returns: 0 }, 0.4).returnsAtMost).toBe(
      1,
    );
  });
});
