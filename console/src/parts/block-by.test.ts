import { expect, test } from "vitest";
import { filterFields } from "../state/terms.ts";
import { draftFor, scopeOf } from "./block-by.ts";

const why = "A test.";

test("what a decision is kept by is decided about; a fingerprint of headers is not taken for one of TLS", () => {
  expect(scopeOf("ip", "203.0.113.9")).toBe("address");
  expect(scopeOf("ip", "203.0.113.0/24")).toBe("network");
  expect(scopeOf("account", "4711")).toBe("account");
  expect(scopeOf("fingerprint", "t13d1516h2_8daaf6152771_02713d6af862")).toBe("fingerprint");
  expect(scopeOf("fingerprint", "he11nn05_0123456789ab")).toBeUndefined();
});

test("what many may share becomes a rule that begins by watching", () => {
  expect(draftFor("block", "path", { value: '/a"b', why })).toEqual({
    name: "block-path-a-b",
    why,
    when: 'request.path == "/a\\"b"',
    does: "block",
    mode: "watch",
  });
  expect(draftFor("block", "path", { value: "/api/*", why })?.when).toBe('request.path.startsWith("/api/")');
  expect(draftFor("allow", "template", { value: "POST /login", why })?.when).toBe(
    'request.method == "POST" && request.template == "/login"',
  );
  expect(draftFor("block", "detector", { value: "id-walk", why })?.when).toBe('"id-walk" in signals');
  expect(draftFor("block", "fingerprint", { value: "he11", why })?.when).toBe('client.headerShape == "he11"');
});

test("every field that a value is shown of is decided about, drafted as a rule, or has somebody behind it", () => {
  const without = filterFields.filter(
    (field) => scopeOf(field, "x") === undefined && draftFor("block", field, { value: "x", why }) === undefined,
  );
  expect(without).toEqual([
    "action",
    "enforced",
    "infrastructure",
    "session",
    "actor",
    "status",
    "rule",
    "reference",
    "score",
  ]);
});
