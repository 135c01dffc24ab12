import { Socket } from "node:net";
import { expect, test } from "vitest";
import { type Judgeable, judgeSoon, learnSoon } from "./round.ts";
import { WriteBuffer } from "./write-buffer.ts";

/** A socket that notes what reaches it instead of sending it. */
function notingSocket(written: string[], write?: () => never): Socket {
  const socket = new Socket();
  Object.defineProperty(socket, "writable", { value: true });
  socket.write = (text: unknown): boolean => {
    write?.();
    written.push(String(text));
    return true;
  };
  return socket;
}

const roundEnd = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("what is put off is written once, in order, after everything of the round was read", async () => {
  const written: string[] = [];
  const first = new WriteBuffer(notingSocket(written));
  const second = new WriteBuffer(notingSocket(written));
  first.text("one ");
  first.flushSoon();
  second.text("three");
  second.flushSoon();
  first.text("two");
  first.flushSoon();
  expect(written).toEqual([]);
  expect(first.isWaiting).toBe(true);
  await roundEnd();
  expect(written).toEqual(["one two", "three"]);
  expect(first.isWaiting).toBe(false);
  first.text("four");
  first.flushSoon();
  await roundEnd();
  expect(written).toEqual(["one two", "three", "four"]);
});

test("who flushes before the end of the round has written then, and nothing twice", async () => {
  const written: string[] = [];
  const out = new WriteBuffer(notingSocket(written));
  out.text("last words");
  out.flushSoon();
  out.flush();
  expect(written).toEqual(["last words"]);
  await roundEnd();
  expect(written).toEqual(["last words"]);
});

test("a write that throws costs its own connection, and the others of the round are written", async () => {
  const written: string[] = [];
  const broken = notingSocket(written, () => {
    throw new Error("planted");
  });
  const out = new WriteBuffer(broken);
  const next = new WriteBuffer(notingSocket(written));
  out.text("never");
  out.flushSoon();
  next.text("sent");
  next.flushSoon();
  await roundEnd();
  expect(broken.destroyed).toBe(true);
  expect(written).toEqual(["sent"]);
});

test("a round writes answers, learns from them, judges all it has read, and then sends on", async () => {
  const steps: string[] = [];
  const request = (name: string): Judgeable => ({
    judgeNow: () => steps.push(`judge ${name}`),
    actNow: () => {
      steps.push(`act ${name}`);
      upstream.text(name);
      upstream.flushSoon();
    },
  });
  const upstream = new WriteBuffer(notingSocket(steps));
  const client = new WriteBuffer(notingSocket(steps));
  judgeSoon(request("a"));
  learnSoon(() => steps.push("learn"));
  client.text("answer");
  client.flushSoon();
  judgeSoon(request("b"));
  expect(steps).toEqual([]);
  await roundEnd();
  expect(steps).toEqual(["answer", "learn", "judge a", "judge b", "act a", "act b", "ab"]);
});

test("what comes up while a round ends is judged in the next one", async () => {
  const steps: string[] = [];
  const second: Judgeable = { judgeNow: () => steps.push("judge second"), actNow: () => undefined };
  judgeSoon({
    judgeNow: () => steps.push("judge first"),
    actNow: () => {
      judgeSoon(second);
      learnSoon(() => steps.push("learn"));
    },
  });
  await roundEnd();
  expect(steps).toEqual(["judge first", "learn"]);
  await roundEnd();
  expect(steps).toEqual(["judge first", "learn", "judge second"]);
});

test("a lesson that throws costs no other", async () => {
  const steps: string[] = [];
  learnSoon(() => {
    throw new Error("planted");
  });
  learnSoon(() => steps.push("learned"));
  await roundEnd();
  expect(steps).toEqual(["learned"]);
});
