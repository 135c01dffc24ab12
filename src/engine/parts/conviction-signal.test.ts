import { expect, test } from "vitest";
import { Cohorts, cohortAxisCount, type Membership } from "../cohorts/index.ts";
import { testConviction } from "../testdata/conviction.ts";
import { convictionSignal } from "./conviction-signal.ts";

const conviction = testConviction();
const base: Membership = {
  application: "shop",
  behaviour: 11,
  presentation: 22,
  stack: 0,
  context: 0,
  walk: 0,
  step: 9,
};
const bins = new Int8Array(cohortAxisCount).fill(-1);

test("says how many honest sessions behave like the member, and counts them anew when there are more", () => {
  const cohorts = new Cohorts();
  const say = (membership: Membership): unknown => convictionSignal(conviction, { membership, bins }, cohorts).evidence;
  // While nobody was seen nothing is claimed about anybody.
  expect(say(base)).not.toHaveProperty("honestSeen");
  for (let i = 0; i < 300; i++) cohorts.audit.vote(i % 100 === 0 ? 11 : 500 + i);
  expect(say(base)).toMatchObject({ honestAlike: 3, honestSeen: 300 });
  expect(say({ ...base, behaviour: 12 })).toMatchObject({ honestAlike: 0, honestSeen: 300 });
  cohorts.audit.vote(11);
  expect(say(base)).toMatchObject({ honestAlike: 4, honestSeen: 301 });
  // A session that has not shown enough to be told apart is compared with nobody.
  expect(say({ ...base, behaviour: 0 })).not.toHaveProperty("honestAlike");
});

test("is one object for all members who show the same, because a flood has thousands of them", () => {
  const cohorts = new Cohorts();
  const one = convictionSignal(conviction, { membership: base, bins }, cohorts);
  expect(convictionSignal(conviction, { membership: { ...base }, bins: Int8Array.from(bins) }, cohorts)).toBe(one);
  const other = Int8Array.from(bins);
  other[0] = 2;
  expect(convictionSignal(conviction, { membership: base, bins: other }, cohorts)).not.toBe(one);
});
