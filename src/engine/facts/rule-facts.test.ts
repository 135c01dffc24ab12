import { expect, test } from "vitest";
import { readTrace, type TraceOptions } from "#core";
import { createLanguage, type Truth } from "#policy";
import { createEngine } from "../guard.ts";
import { allFields } from "./fields/index.ts";
import { ruleVocabulary } from "./vocabulary.ts";

const language = createLanguage(ruleVocabulary);

/** What each condition says about the last request of a trace. */
function ask(trace: string, conditions: readonly string[], options: TraceOptions = {}): readonly Truth[] {
  const engine = createEngine();
  const compiled = conditions.map((condition) => language.compile(condition));
  engine.facts.follow(compiled.flatMap(({ reads }) => [...reads]));
  let said: readonly Truth[] = [];
  for (const exchange of readTrace(trace, options)) {
    const verdict = engine.inspect(exchange);
    const subject = engine.facts.subject(exchange, verdict);
    said = compiled.map(({ evaluate }) => evaluate(subject));
    engine.observe(exchange);
  }
  return said;
}

test("a session's pages, writes, refusals and accounts are counted exactly", () => {
  const trace = `
    GET /shop 200
    #ann POST /login 401
    #bob POST /login 401
    #bob POST /login 200
    GET /missing 404
    GET /shop?page=12 200`;
  const conditions = [
    "session.requests == 6",
    "session.writes == 3",
    "session.unauthorised == 2",
    "session.notFound == 1",
    "session.accounts >= 1.5 && session.accounts < 2.5",
    'visits("login") == 3 && failures("login") == 2 && successes("login") == 1',
    'since("login") == 2.0',
    "session.pageNumberMax == 12 && request.pageNumber == 12",
    'count("login.failed", "address", "10m") == 2',
    'distinct("account", "address", "1h") >= 1.9',
    "session.errorShare > 0",
  ];
  expect(ask(trace, conditions)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2]);
});

test("what a connector does not show is unknown, not absent", () => {
  const blind: TraceOptions = {
    observes: {
      cookies: false,
      setCookie: "none",
      headers: "none",
      referer: false,
      response: true,
      body: false,
      tls: false,
      lagMs: 0,
    },
  };
  const conditions = ["request.lacksLanguage", "cookies.missing > 0", "request.cookies == 0"];
  expect(ask("GET / 200", conditions, blind)).toEqual([2, 2, 2]);
  expect(ask("GET / 200", conditions)).toEqual([1, 0, 1]);
});

test("a request that we refused ourselves is taken back from every count", () => {
  const conditions = ["session.writes == 1", 'visits("login") == 1', 'count("login", "address", "10m") == 1'];
  expect(ask("#a POST /login -\n#a POST /login -\n#a POST /login 200", conditions)).toEqual([1, 1, 1]);
});

test("a new session starts from nothing, whatever stood in its slot", () => {
  expect(ask("GET /a 404\nGET /b 404\n\nGET /c 200", ["session.notFound == 0", "session.paths < 1.5"])).toEqual([1, 1]);
});

test("every field has a name of its own, a sentence, and reads without throwing", () => {
  const names = allFields.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { description } of allFields) expect(description).toMatch(/\.$/);
  const conditions = allFields.map(({ name, type }) =>
    type === "text" ? `${name} == "x"` : type === "flag" ? name : `${name} >= 0`,
  );
  expect(ask('#ann POST /login 200 > sid=1 < sid=2 "Referer: https://x.example/"', conditions)).toHaveLength(
    names.length,
  );
});

test("what the application tells of an account and its address is counted for the requests of both", () => {
  const told = 'count("trial.told", "account", "24h") == 2 && count("trial.told", "address", "24h") == 3';
  const engine = createEngine();
  const condition = language.compile(told);
  engine.facts.follow(condition.reads);
  for (const exchange of readTrace("#ann GET /shop 200")) {
    const { at, client, request } = exchange;
    const step = { tag: "trial", at, account: request.account, ip: client.ip };
    engine.facts.told(step);
    engine.facts.told(step);
    engine.facts.told({ ...step, account: 0 });
    engine.facts.told({ ...step, tag: "no-such-tag" });
    const verdict = engine.inspect(exchange);
    expect(request.account).not.toBe(0);
    expect(condition.evaluate(engine.facts.subject(exchange, verdict))).toBe(1);
  }
});

/** A browser by its version, as it tells it. */
const chrome = (version: number): string => `"User-Agent: Mozilla/5.0 (Windows NT 10.0) Chrome/${version}.0"`;

test("an account knows its program again: an updated browser is no new device, another one is", () => {
  const own = `3x #ann POST /login 302 ${chrome(140)}`;
  const login = (agent: string): readonly Truth[] =>
    ask(`${own}\n\n#ann POST /login 302 ${agent}`, ["account.newDevice", "!account.newDevice"]);
  expect(login(chrome(141))).toEqual([0, 1]);
  expect(login('"User-Agent: Mozilla/5.0 (X11) Firefox/140.0"')).toEqual([1, 0]);
});

test("what follows a log-in is the account's that was let in; a refused log-in and a token make a session nobody's", () => {
  const conditions = ["account.known", 'count("checkout", "account", "1h") == 1'];
  expect(ask("#ann POST /login 302\nPOST /checkout 200", conditions)).toEqual([1, 1]);
  expect(ask("#ann POST /login 401\nPOST /checkout 200", conditions)).toEqual([2, 2]);
  expect(ask("#ann GET /orders 200\nPOST /checkout 200", conditions)).toEqual([2, 2]);
});

test("who logs in to another account goes on as that one", () => {
  const trace = "#ann POST /login 302\nPOST /checkout 200\n#bob POST /login 302\nPOST /checkout 200";
  expect(ask(trace, ['count("checkout", "account", "1h") == 1'])).toEqual([1]);
});
