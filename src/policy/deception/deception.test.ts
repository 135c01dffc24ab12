import fc from "fast-check";
import { expect, test } from "vitest";
import { type AnswerSeen, createRandom, type Kind, type Signal, type Verdict } from "#core";
import { AnswerBook, type AnswerWish } from "./answer-book.ts";
import { type DecoySource, learnTemplate } from "./answer-template.ts";
import { DecoyLedger } from "./decoy-ledger.ts";
import { pathShape } from "./path-shape.ts";
import { restrainDeception } from "./restrain-deception.ts";

const now = Date.UTC(2026, 5, 1);
const place = { application: "shop", method: "POST", shape: "/login" };

const source = (seed: number): DecoySource => ({ form: 0, random: createRandom(seed), now, memo: new Map() });

function seen(body: string, values: Partial<AnswerSeen> = {}): Omit<AnswerSeen, "body"> & { readonly body: string } {
  return {
    status: 401,
    reason: "Unauthorized",
    headers: [["Content-Type", "application/json"]],
    whole: true,
    framing: "length",
    waitMs: 10,
    ...values,
    body,
  };
}

test("a failure that is the same for everybody is given word for word", () => {
  const book = new AnswerBook();
  for (let i = 0; i < 10; i++) book.learn(place, seen('{"error":"bad credentials"}'), i);
  const made = book.make(place, { as: "failure" }, { random: createRandom(1), now });
  expect(made).toMatchObject({ status: 401, body: '{"error":"bad credentials"}', decoys: [] });
});

test("nothing is made up from the answers of too few clients", () => {
  const book = new AnswerBook();
  for (let i = 0; i < 40; i++) book.learn(place, seen('{"error":"bad"}'), i % 2);
  expect(book.make(place, { as: "failure" }, { random: createRandom(1), now })).toBeUndefined();
  book.learn(place, seen('{"error":"bad"}'), 3);
  expect(book.make(place, { as: "failure" }, { random: createRandom(1), now })).toBeDefined();
});

test("failures come in the application's own mix, and rate limits are not among them", () => {
  const book = new AnswerBook();
  for (let i = 0; i < 300; i++) {
    const status = i % 3 === 0 ? 422 : i % 7 === 0 ? 429 : 401;
    book.learn(place, seen(`{"status":${status}}`, { status }), i);
  }
  const random = createRandom(4);
  const statuses = Array.from({ length: 600 }, () => book.make(place, { as: "failure" }, { random, now })?.status);
  expect(new Set(statuses)).toEqual(new Set([401, 422]));
  expect(statuses.filter((status) => status === 422).length / 600).toBeCloseTo(100 / 257, 0.7);
});

test("nothing of any client is in a decoy, whatever the answers held", () => {
  const person = fc.record({
    id: fc.integer({ min: 10_000, max: 9_999_999 }),
    name: fc.stringMatching(/^[A-Z][a-z]{4,9} [A-Z][a-z]{4,9}$/),
    email: fc.stringMatching(/^[a-z]{4,8}[0-9]{2,4}@[a-z]{4,8}\.com$/),
    token: fc.stringMatching(/^[0-9a-f]{16,32}$/),
    cards: fc.array(fc.stringMatching(/^[0-9]{16}$/), { minLength: 1, maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.array(person, { minLength: 5, maxLength: 12 }), fc.nat(), (people, seed) => {
      const bodies = people.map((one) => JSON.stringify({ kind: "profile", ...one }));
      const made = learnTemplate(bodies)?.make(source(seed)) ?? "";
      expect(made).toContain('"kind":"profile"');
      const secretsOf = ({ id, email, token, cards }: (typeof people)[number]) => [String(id), email, token, ...cards];
      // What all of five people share is the application's.
      const isShared = (secret: string) => people.every((one) => secretsOf(one).includes(secret));
      for (const one of people) {
        for (const secret of secretsOf(one)) if (!isShared(secret)) expect(made).not.toContain(secret);
      }
    }),
    { numRuns: 300 },
  );
});

test("what is the same for everybody stays within a text, and lengths are those of different clients", () => {
  const mail = ["anna7", "bernd81", "carla902", "dora3", "emil44"].map((name) => `{"mail":"${name}@shop.example"}`);
  const template = learnTemplate(mail);
  const made = mail.map((_, form) => template?.make({ ...source(form), form }) ?? "");
  for (const body of made) expect(body).toMatch(/^\{"mail":"[a-z]+\d+@shop\.example"\}$/);
  expect(made.map((body) => body.length)).toEqual(mail.map((body) => body.length));
  for (const body of made) expect(mail).not.toContain(body);
});

test("what every value begins with stays, and the rest is hexadecimal where all of them are", () => {
  const ids = ["cus_1a2b3c4d", "cus_abcdefab", "cus_99887766", "cus_0f0f0f0f", "cus_deadbeef"];
  const template = learnTemplate(ids.map((id) => `{"id":"${id}"}`));
  for (let form = 0; form < ids.length; form++) {
    expect(template?.make({ ...source(form + 1), form })).toMatch(/^\{"id":"cus_[0-9a-f]{8}"\}$/);
  }
});

test("a success that is none comes between as many refusals as the origin gives", () => {
  const book = new AnswerBook();
  for (let i = 0; i < 400; i++) {
    const status = i % 10 === 0 ? 401 : i % 17 === 0 ? 429 : 200;
    book.learn(place, seen(`{"status":${status}}`, { status }), i);
  }
  const random = createRandom(8);
  const statuses = (wish: AnswerWish) =>
    Array.from({ length: 2_000 }, () => book.make(place, wish, { random, now })?.status);
  const mixed = statuses({ as: "success" });
  expect(new Set(mixed)).toEqual(new Set([200, 401]));
  expect(mixed.filter((status) => status === 401).length / 2_000).toBeCloseTo(0.1, 1);
  expect(new Set(statuses({ as: "success", status: 200 }))).toEqual(new Set([200]));
});

test("refusals alone are no success", () => {
  const book = new AnswerBook();
  for (let i = 0; i < 40; i++) book.learn(place, seen("no"), i);
  expect(book.make(place, { as: "success" }, { random: createRandom(1), now })).toBeUndefined();
});

test("a page keeps its frame, what differs from client to client is replaced", () => {
  const page = (name: string, number: string): string => `<h1>Hello ${name}</h1><p>Order ${number} is on its way</p>`;
  const people = ["Annabel 481516", "Benedikt 234299", "Cornelia 108108", "Dietmar 555210", "Eleonora 777123"];
  const bodies = people.map((one) => page(...(one.split(" ") as [string, string])));
  const made = learnTemplate(bodies)?.make(source(3)) ?? "";
  expect(made).toMatch(/^<h1>Hello \w+<\/h1><p>Order \d{6} is on its way<\/p>$/);
  for (const one of people) for (const word of one.split(" ")) expect(made).not.toContain(word);
});

test("pages of different frames are no template", () => {
  expect(learnTemplate(["<p>one</p>", "<ul><li>two</li></ul>", "<p>three</p><hr>"])).toBeUndefined();
});

test("one reference always gives the same decoy, by which it is traced", () => {
  const bodies = ["1111222233", "9988776655", "5432154321", "1029384756", "6677889900"].map(
    (card) => `{"card":"${card}"}`,
  );
  const template = learnTemplate(bodies);
  expect(template?.make(source(9))).toBe(template?.make(source(9)));
  const ledger = new DecoyLedger(2);
  ledger.add(["abc12345x", "zzz98765y"], { reference: "r1", at: now, actor: 1 });
  expect(ledger.find("/gift/abc12345x?x=1")?.reference).toBe("r1");
  ledger.add(["qqq55555q"], { reference: "r2", at: now, actor: 1 });
  expect(ledger.find("/gift/abc12345x")).toBeUndefined();
});

test("identifiers are left out of the shape of a path", () => {
  expect(pathShape("/orders/1042/items")).toBe("/orders/{}/items");
  expect(pathShape("/v2/login")).toBe("/v2/login");
});

const convicted: Signal = {
  detector: "convicted-cohort",
  axis: "cohort",
  group: "cohort",
  nats: 9,
  evidence: { enforced: "yes" },
};

function deceiving(kind: Kind, total: number, signals: readonly Signal[] = [convicted]): Verdict {
  return {
    action: "deceive",
    kind,
    score: { total, behaviour: total, presentation: 50 },
    signals,
    rule: "r",
    watched: [],
    basis: "rule",
    certifiedFpr: null,
    reference: "",
    revision: 0,
    options: { as: "success" },
  };
}

test("a fake success is for convicted automation at 999 in 1000 and for nobody else", () => {
  expect(restrainDeception(deceiving("automated", 99.9), ["login"]).options?.as).toBe("success");
  expect(restrainDeception(deceiving("automated", 99.89), ["login"]).options?.as).toBe("failure");
  expect(restrainDeception(deceiving("automated", 99.9, []), ["login"]).options?.as).toBe("failure");
  expect(restrainDeception(deceiving("unknown", 99.9), ["login"]).options?.as).toBe("failure");
});

test("payment, health and safety are never faked, and a verified agent is never deceived", () => {
  for (const tag of ["payment", "payout", "health", "safety"]) {
    expect(restrainDeception(deceiving("automated", 100), [tag]).options?.as).toBe("failure");
  }
  expect(restrainDeception(deceiving("verified-agent", 100), ["login"])).toMatchObject({
    action: "block",
    options: {},
  });
});
