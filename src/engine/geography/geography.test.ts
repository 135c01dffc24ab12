import { describe, expect, test } from "vitest";
import { addressChurn, distanceKm, impossibleTravel, NetworkRisk, SharedAddresses } from "./index.ts";

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

describe("network risk", () => {
  test("a bad name is earned by evidence and fades; size alone earns none", () => {
    const risk = new NetworkRisk();
    for (let i = 0; i < 20_000; i++) risk.learn(1, i % 500 === 0, 0);
    for (let i = 0; i < 300; i++) risk.learn(2, i % 2 === 0, 0);
    risk.learn(3, true, 0);
    expect(risk.nats(2)).toBe(2);
    expect(Math.abs(risk.nats(1))).toBeLessThan(1.8);
    expect(risk.nats(3)).toBeLessThan(1);
    risk.learn(2, false, 150 * 24 * hour);
    expect(risk.rate(2)).toBeLessThan(0.03);
  });

  test("the table is bounded", () => {
    const risk = new NetworkRisk();
    for (let network = 0; network < 20_000; network++) risk.learn(network, false, 0);
    expect(risk.rate(19_999)).toBeCloseTo(1 / 302);
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
