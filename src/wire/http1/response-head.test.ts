import { expect, test } from "vitest";
import { isRefusal, type Refusal } from "./head.ts";
import { createAnswerMemory } from "./head-memory.ts";
import { parseResponseHead, type ResponseHead } from "./response-head.ts";

const text = "HTTP/1.1 200 OK\r\nDate: Fri, 27 Nov 2026 16:28:27 GMT\r\nContent-Length: 12\r\nSet-Cookie: a=b\r\n\r\n";

test("an answer head that came before is compared, not parsed; anything else about it is read anew", () => {
  const memory = createAnswerMemory();
  const read = (head: string, method = "GET", headersMax = 100): ResponseHead | Refusal => {
    const bytes = Buffer.from(head, "latin1");
    return parseResponseHead(bytes, 0, bytes.length, { method, headersMax, memory });
  };
  const first = read(text);
  expect(first).toMatchObject({ status: 200, framing: "length", contentLength: 12 });
  expect(read(text, "POST")).toBe(first);
  expect(read(text, "HEAD")).toMatchObject({ framing: "none", contentLength: 12 });
  expect(read(text, "GET", 2)).toEqual({ status: 502, code: "answer-too-many-headers" });
  expect(read(text.replace("12", "13"))).toMatchObject({ contentLength: 13 });
  for (let at = 0; at < text.length - 2; at++) {
    const bad = `${text.slice(0, at)}\x01${text.slice(at + 1)}`;
    expect(isRefusal(read(bad))).toBe(true);
  }
});
