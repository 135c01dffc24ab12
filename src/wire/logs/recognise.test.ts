import { expect, test } from "vitest";
import { recogniseLog } from "./recognise.ts";
import { testOptions } from "./testdata/read-lines.ts";

const choice = { format: "auto", fields: "", captures: [] };

function recognise(text: string | Buffer): string {
  const found = recogniseLog(Buffer.from(text), choice, testOptions);
  return found.kind === "found" ? found.format : found.message;
}

const combined = '192.0.2.1 - - [22/Jan/2019:03:56:14 +0330] "GET / HTTP/1.1" 200 512 "-" "curl/8"';

test.each([
  ["combined", combined],
  ["common", combined.slice(0, combined.indexOf(' "-"'))],
  ["json", '{"remote_addr":"192.0.2.1","time_iso8601":"2026-01-05T09:00:00Z","request":"GET / HTTP/1.1","status":200}'],
  ["caddy", '{"ts":1767603600,"request":{"remote_ip":"192.0.2.1","method":"GET","uri":"/"},"status":200}'],
  ["haproxy", '192.0.2.1:5 [05/Jan/2026:09:00:00.885] f b/s 0/0/1/7/9 200 9 - - ---- 2/2/0/0/3 0/0 "GET / HTTP/1.1"'],
  [
    "alb",
    'http 2026-01-05T09:00:00.000000Z app/lb/5 192.0.2.1:2817 10.0.0.1:80 0 0 0 200 200 34 366 "GET http://a:80/ HTTP/1.1" "c" - - arn',
  ],
  [
    "cloudfront",
    "#Version: 1.0\n#Fields: date time c-ip cs-method cs-uri-stem sc-status x y z\n2026-01-05\t09:00:00\t192.0.2.1\tGET\t/\t200\t-\t-\t-",
  ],
  [
    "w3c",
    "#Fields: date time c-ip cs-method cs-uri-stem sc-status x y z\n2026-01-05 09:00:00 192.0.2.1 GET / 200 - - -",
  ],
  ["har", '{\n "log": {"version": "1.2", "entries": []}}'],
])("%s is recognised", (format, text) => {
  expect(recognise(text)).toBe(format);
  expect(recognise(`${text}\n`)).toBe(format);
});

test("damage does not hide a format, and a file that changes format is what most of it is", () => {
  expect(recognise(`garbage\n${combined}\n\x00\x01\n${combined}\n{"a":1}\n`)).toBe("combined");
});

test.each([
  ["", "the file is empty"],
  ["hello\nworld\n", /^tried caddy.*0 of the first 2 lines fit; line 1 looks like no access log: "hello"$/],
  ["<html>\n", /looks like XML or HTML/],
  ['{"msg":"x"}\n', /looks like JSON without the fields of an access log/],
  [Buffer.from([0x1f, 0x8b, 8, 0, 10]), /looks like compressed data/],
  ["2026/01/05 09:00:00 [error] 7#7: *1 open() failed, client: 192.0.2.1\n", /an error log/],
  ["09:00 192.0.2.1 GET / 200\n", /a format of its own \(give --format/],
])("when nothing fits, the answer says what was tried: %j", (text, message) => {
  expect(recognise(text)).toMatch(message);
});
