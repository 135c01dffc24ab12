import { expect, test } from "vitest";
import { type DecisionRecord, readTrace } from "#core";
import { numberColumns, textColumns } from "./columns.ts";
import { writeNumbers, writeTexts } from "./row-writer.ts";
import { TextBook } from "./text-book.ts";

const exchange = readTrace('#ann GET /product/1?x=1 200 "User-Agent: probe"')[0];

/** Every value differs from every other and from nothing. */
function record(): DecisionRecord {
  if (exchange === undefined) throw new Error("the trace is empty");
  const fingerprint = { ...exchange.client.fingerprint, ja4: "ja4-text", headers: "headers-text" };
  return {
    sequence: 101,
    exchange: {
      ...exchange,
      id: "reference-text",
      application: "application-text",
      at: 102,
      client: {
        ...exchange.client,
        fingerprint,
        verified: { name: "verified-text", operator: "o", method: "dns" },
      },
      request: { ...exchange.request, method: "METHOD", host: "host-text", userAgent: "agent-text", account: 103 },
      response: {
        ...exchange.response,
        status: 204,
        bytes: 105,
        durationMs: 106,
      } as DecisionRecord["exchange"]["response"],
    },
    verdict: {
      action: "block",
      kind: "automated",
      score: { total: 107, behaviour: 108, presentation: 109 },
      signals: [],
      rule: "rule-text",
      watched: ["watched-one", "watched-two"],
      basis: "prior",
      certifiedFpr: 110,
      reference: "",
      revision: 111,
    },
    enforced: "throttle",
    path: "/path-text",
    trail: { session: 1, identity: 112, template: "template-text", cohort: "cohort-text" },
    decisionUs: 113,
    session: "session-text",
    actor: "actor-text",
    failure: "failure-text",
  };
}

const place = { ip: "ip-text", network: "network-text", hash: 114, country: "XX", asn: 115, infrastructure: "tor" };

test("every column is read off a decision, in its own place", () => {
  const numbers = new Float64Array(numberColumns.length).fill(-7);
  writeNumbers(numbers, 0, { record: record(), place });
  expect(Object.fromEntries(numberColumns.map(({ name }, at) => [name, numbers[at]]))).toEqual({
    sequence: 101,
    time: 102,
    identity: 112,
    address: 114,
    status: 204,
    bytes: 105,
    duration: 106,
    account: 103,
    total: 107,
    behaviour: 108,
    presentation: 109,
    certified: 110,
    decision: 113,
    revision: 111,
    asn: 115,
  });
  const texts = new TextBook(textColumns.map(() => false));
  const words = new Uint32Array(textColumns.length).fill(9_999);
  writeTexts(words, 0, { record: record(), place, texts });
  const written = texts.take();
  expect(Object.fromEntries(textColumns.map(({ name }, at) => [name, written[words[at] ?? -1]]))).toEqual({
    application: "application-text",
    reference: "reference-text",
    session: "session-text",
    actor: "actor-text",
    cohort: "cohort-text",
    network: "network-text",
    ip: "ip-text",
    method: "METHOD",
    host: "host-text",
    path: "/path-text",
    template: "template-text",
    agent: "agent-text",
    ja4: "ja4-text",
    headers: "headers-text",
    verified: "verified-text",
    kind: "automated",
    action: "block",
    enforced: "throttle",
    basis: "prior",
    rule: "rule-text",
    watched: "watched-one watched-two",
    signals: "",
    failure: "failure-text",
    country: "XX",
    infrastructure: "tor",
  });
});
