import fc from "fast-check";
import { expect, test } from "vitest";
import { parseSyslogMessage } from "./syslog-message.ts";
import { SyslogStream, syslogMessageBytesMax } from "./syslog-stream.ts";

test.each([
  ["nginx", "<190>Nov 27 13:11:40 shop gait: GET /", { priority: 190, host: "shop", tag: "gait", text: "GET /" }],
  ["nginx, nohostname", "<190>Nov  7 13:11:40 gait: x", { priority: 190, host: "", tag: "gait", text: "x" }],
  ["HAProxy", "<134>Nov 27 13:11:40 haproxy[811]: a: b", { priority: 134, host: "", tag: "haproxy", text: "a: b" }],
  [
    "HAProxy, rfc5424",
    "<134>1 2026-11-27T13:11:40.123456+00:00 lb haproxy 811 - - GET /",
    { priority: 134, host: "lb", tag: "haproxy", text: "GET /" },
  ],
  [
    "structured data with a bracket in a value",
    '<165>1 2026-11-27T13:11:40Z - - - - [a@1 k="x\\]\\"y]"][b@2] text',
    { priority: 165, host: "", tag: "", text: "text" },
  ],
  ["RFC 5424 without a message", "<165>1 - - app - - -", { priority: 165, host: "", tag: "app", text: "" }],
])("a message of %s is read", (_, bytes, expected) => {
  expect(parseSyslogMessage(bytes)).toEqual(expected);
});

test.each([
  "",
  "GET / HTTP/1.1",
  "<192>Nov 27 13:11:40 a: b",
  "<190>yesterday a: b",
  "<1>1 2026 a b",
  '<1>1 - - - - - [a k="open',
])("what is not syslog is not guessed at: %j", (bytes) => {
  expect(parseSyslogMessage(bytes)).toBeUndefined();
});

test("a stream gives the same messages however it is cut, counted or by lines", () => {
  const message = fc.stringMatching(/^<1>[a-z ]{0,20}$/);
  fc.assert(
    fc.property(
      fc.array(fc.record({ message, counted: fc.boolean() }), { maxLength: 8 }),
      fc.array(fc.nat(7)),
      (parts, cuts) => {
        const bytes = Buffer.from(
          parts.map(({ message, counted }) => (counted ? `${message.length} ${message}` : `${message}\n`)).join(""),
        );
        const stream = new SyslogStream();
        const out: string[] = [];
        let at = 0;
        for (let i = 0; at < bytes.length; i++) {
          const next = at + 1 + (cuts[i % Math.max(1, cuts.length)] ?? 5);
          out.push(...(stream.push(bytes.subarray(at, next)) ?? ["broken"]));
          at = next;
        }
        expect(out).toEqual(parts.map(({ message }) => message));
      },
    ),
  );
});

test("a message of the longest length passes, one byte more ends the stream", () => {
  const longest = "x".repeat(syslogMessageBytesMax);
  expect(new SyslogStream().push(Buffer.from(`${longest}\n`))).toEqual([longest]);
  expect(new SyslogStream().push(Buffer.from(`${longest}x\n`))).toBeUndefined();
  expect(new SyslogStream().push(Buffer.from(`${syslogMessageBytesMax} ${longest}`))).toEqual([longest]);
  expect(new SyslogStream().push(Buffer.from(`${syslogMessageBytesMax + 1} `))).toBeUndefined();
  expect(new SyslogStream().push(Buffer.from("0 "))).toBeUndefined();
});
