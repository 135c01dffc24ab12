import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { openRig, RawClient } from "../testdata/gateway-rig.ts";
import { openRecordingOrigin, type RecordingOrigin } from "../testdata/recording-origin.ts";
import { type Payload, smugglingCorpus } from "../testdata/smuggling-corpus.ts";
import { readStrictly } from "../testdata/strict-reader.ts";

interface Logged {
  readonly method: string;
  readonly target: string;
}

/** A proxy under test in front of a recording origin. */
interface Subject {
  readonly port: number;
  readonly origin: RecordingOrigin;
  takeLog(): Logged[];
  /** Requests in the log. */
  logged(): number;
  close(): Promise<void>;
}

type Delivery = "whole" | "bytes" | "lines";

function pieces(bytes: string, delivery: Delivery): string[] {
  if (delivery === "whole") return [bytes];
  return delivery === "bytes" ? [...bytes] : bytes.split(/(?<=\r\n)/);
}

async function deliver(
  { port, logged }: Subject,
  payload: Payload,
  delivery: Delivery,
): Promise<{ text: string; ended: boolean }> {
  const client = new RawClient(port);
  for (const piece of pieces(payload.bytes, delivery)) {
    client.send(piece);
    if (delivery !== "whole") await new Promise<void>((resolve) => setImmediate(resolve));
  }
  // Refusals close; what was accepted stays open and is quiet after its answers.
  let seen = -1;
  while (!client.ended && seen !== client.received.length) {
    seen = client.received.length;
    const first = payload.mustRefuse ? 5_000 : 300;
    await client.untilEnd(seen === 0 ? first : 60);
  }
  // On a busy machine "quiet" may only be slow: every request that was let in gets its answer, and a last one its end.
  await client.until((text) => (text.match(/HTTP\/1\.1 [2-5]\d\d /g)?.length ?? 0) >= logged(), 3_000);
  if (/^connection: close\r$/im.test(client.text)) await client.untilEnd(3_000);
  const result = { text: client.text, ended: client.ended };
  client.close();
  await new Promise<void>((resolve) => setTimeout(resolve, 5));
  return result;
}

/** What is wrong with how a payload was handled, as sentences. */
async function violations(subject: Subject, payload: Payload, delivery: Delivery): Promise<string[]> {
  subject.origin.take();
  subject.takeLog();
  const answer = await deliver(subject, payload, delivery);
  const upstream = subject.origin.take();
  const log = subject.takeLog();
  const name = `${payload.name} (${delivery})`;
  if (payload.mustRefuse) {
    const found: string[] = [];
    if (upstream.length > 0)
      found.push(`${name}: must be refused, but the origin got ${JSON.stringify(upstream.join(""))}`);
    if (!answer.ended) found.push(`${name}: the connection stayed open`);
    if (answer.text !== "" && !/^HTTP\/1\.1 [45]\d\d /.test(answer.text))
      found.push(`${name}: answered ${answer.text.slice(0, 30)}`);
    return found;
  }
  if (upstream.length === 0 && answer.ended && /^HTTP\/1\.1 4\d\d /.test(answer.text)) return [];
  try {
    const read = upstream.flatMap((bytes) => readStrictly(bytes));
    const asLogged = read.map(({ method, target }) => ({ method, target }));
    const same = JSON.stringify(asLogged) === JSON.stringify(log);
    return same ? [] : [`${name}: the log says ${JSON.stringify(log)}, the origin got ${JSON.stringify(asLogged)}`];
  } catch (error) {
    return [`${name}: the origin cannot read its bytes: ${(error as Error).message}`];
  }
}

async function openGatewaySubject(): Promise<Subject> {
  const origin = await openRecordingOrigin();
  // HTTP/2 has a suite of its own; here its preface must be as foreign as any other.
  const rig = await openRig(origin.port, { http2: false, limits: { headersMax: 1_000 } });
  return {
    port: rig.port,
    origin,
    logged: () => rig.guard.inspected.length,
    takeLog: () =>
      rig.guard.inspected.splice(0).map(({ request }) => ({
        method: request.method,
        target: request.query === "" ? request.path : `${request.path}?${request.query}`,
      })),
    async close() {
      await rig.close();
      origin.close();
    },
  };
}

/** The mutant: a proxy that forwards the headers as it received them. */
async function openNaiveSubject(): Promise<Subject> {
  const origin = await openRecordingOrigin();
  let log: Logged[] = [];
  const server = createServer({ keepAliveTimeout: 1_000 }, (request, response) => {
    log.push({ method: request.method ?? "", target: request.url ?? "" });
    const { method, url: path, headers } = request;
    const forwarded = httpRequest({ port: origin.port, method, path, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    forwarded.on("error", () => response.destroy());
    request.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    origin,
    logged: () => log.length,
    takeLog: () => log.splice(0),
    async close() {
      log = [];
      server.closeAllConnections();
      server.close();
      origin.close();
    },
  };
}

async function runCorpus(
  open: () => Promise<Subject>,
  jobs: readonly (readonly [Payload, Delivery])[],
): Promise<string[]> {
  const queue = [...jobs];
  const lanes = Array.from({ length: 12 }, async () => {
    const subject = await open();
    const found: string[] = [];
    for (let job = queue.pop(); job !== undefined; job = queue.pop())
      found.push(...(await violations(subject, ...job)));
    await subject.close();
    return found;
  });
  return (await Promise.all(lanes)).flat();
}

test("the corpus is as large as promised and its names are unique", () => {
  expect(smugglingCorpus.length).toBeGreaterThanOrEqual(250);
  expect(new Set(smugglingCorpus.map((payload) => payload.name)).size).toBe(smugglingCorpus.length);
});

test.each(["whole", "lines", "bytes"] as const)(
  "smuggling corpus, delivered as %s: refused with nothing upstream, or the origin reads what was logged",
  async (delivery) => {
    const found = await runCorpus(
      openGatewaySubject,
      smugglingCorpus.map((payload) => [payload, delivery] as const),
    );
    expect(found).toEqual([]);
  },
  60_000,
);

test("the corpus finds a proxy that forwards the headers it received", async () => {
  const found = await runCorpus(
    openNaiveSubject,
    smugglingCorpus.map((payload) => [payload, "whole"] as const),
  );
  expect(found.length).toBeGreaterThan(10);
}, 60_000);
