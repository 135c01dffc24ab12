import { createServer, type Socket } from "node:net";
import { afterAll, beforeEach, expect, test } from "vitest";
import { sendAlert } from "./send-alert.ts";

/** A mail server of a few lines: it takes what RFC 5321 asks of it and keeps the message. */
let received = "";
let refuses = false;
const server = createServer((socket: Socket) => {
  let data = false;
  socket.write("220 mail.test\r\n");
  socket.on("error", () => undefined);
  socket.on("data", (chunk) => {
    for (const line of chunk.toString().split("\r\n")) {
      if (data) {
        received += `${line}\n`;
        if (line === ".") {
          data = false;
          socket.write("250 kept\r\n");
        }
      } else if (/^(EHLO|HELO)/.test(line)) socket.write("250 mail.test\r\n");
      else if (line.startsWith("MAIL")) socket.write(refuses ? "550 not from you\r\n" : "250 ok\r\n");
      else if (line.startsWith("RCPT")) socket.write("250 ok\r\n");
      else if (line === "DATA") {
        data = true;
        socket.write("354 go on\r\n");
      } else if (line === "QUIT") socket.end("221 bye\r\n");
      else if (line !== "") socket.write("502 not here\r\n");
    }
  });
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as { port: number };
afterAll(() => void server.close());
beforeEach(() => {
  received = "";
  refuses = false;
});

const email = {
  name: "email",
  type: "email" as const,
  host: "127.0.0.1",
  port,
  security: "none" as const,
  from: "gait@example.org",
  to: ["on-call@example.org"],
  password: "",
};
const alert = { rule: "incident", key: "inc-1", state: "firing" as const, title: "New incident", text: "why" };

test("an alert arrives as a mail with its state, its cause and how many were held back", async () => {
  expect(await sendAlert(email, { alert, held: 3, at: 0 })).toBe("");
  expect(received).toMatch(/^Subject: \[Gait\] New incident$/m);
  expect(received).toMatch(/^References: <inc-1@gait.invalid>$/m);
  expect(received).toContain("New incident [firing] (3 more were held back)");
});

test("a title with line breaks adds no header", async () => {
  const title = "New\r\nBcc: all@example.org\r\n\r\nhello";
  expect(await sendAlert(email, { alert: { ...alert, title }, held: 0, at: 0 })).toBe("");
  expect(received.slice(0, received.indexOf("\n\n"))).not.toMatch(/^Bcc:/m);
});

test("a server that refuses, asks for no encryption or is not there is said, and nothing is thrown", async () => {
  refuses = true;
  expect(await sendAlert(email, { alert, held: 0, at: 0 })).toMatch(/550 not from you/);
  expect(await sendAlert({ ...email, security: "starttls" }, { alert, held: 0, at: 0 })).toMatch(
    /STARTTLS|TLS|502|closed/i,
  );
  expect(await sendAlert({ ...email, port: 1 }, { alert, held: 0, at: 0 })).toMatch(/ECONNREFUSED/);
});
