/** One server of the TLS benchmark, in a process of its own: `tls-subject.ts <mode> <cert> <key> <origin port>`. */

import { readFileSync } from "node:fs";
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from "node:net";
import { createServer as createTls } from "node:tls";
import { type Exchange, type Guard, limitValues, testHashKey, tlsLimits, type Verdict } from "#core";
import { CertificateStore, openGateway, TicketKeys, TlsTerminator } from "#edge";

const [mode = "", cert = "", key = "", originPort = ""] = process.argv.slice(2);
const answer = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: 1024\r\n\r\n${"x".repeat(1_024)}`, "latin1");
const closing = Buffer.from(
  `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1024\r\n\r\n${"x".repeat(1_024)}`,
  "latin1",
);

/** The same trivial server behind both ways to terminate TLS: what differs is our look at the hello. */
function respond(socket: Socket): void {
  socket.on("error", () => undefined);
  socket.on("data", (chunk: Buffer) => {
    if (chunk.includes("Connection: close")) socket.end(closing);
    else socket.write(answer);
  });
}

function report(server: Server): void {
  server.listen(0, "127.0.0.1", () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
}

const clock = { now: () => Date.now(), monotonic: () => performance.now() };

if (mode === "origin") {
  report(createTcp({ noDelay: true }, respond));
} else if (mode === "node-tls") {
  report(
    createTls(
      { cert: readFileSync(cert), key: readFileSync(key), ALPNProtocols: ["http/1.1"], noDelay: true },
      respond,
    ),
  );
} else if (mode === "gait-tls") {
  const limits = limitValues(tlsLimits, { handshakesPerAddressMax: 4_096 });
  const ticketKeys = new TicketKeys(Buffer.alloc(32, 1), limits.ticketKeyMs, Date.now());
  const certificates = new CertificateStore({ files: [{ cert, key }], ticketKeys, limits }, Date.now());
  const terminator = new TlsTerminator({ certificates, clock, limits, http2: false, onRefused: () => undefined });
  report(createTcp({ noDelay: true }, (socket) => terminator.accept(socket, socket.remoteAddress ?? "", respond)));
} else {
  const verdict: Verdict = {
    action: "allow",
    kind: "unknown",
    score: { total: 0, behaviour: 0, presentation: 0 },
    signals: [],
    rule: null,
    watched: [],
    basis: "none",
    certifiedFpr: null,
    reference: "",
    revision: 0,
  };
  const guard: Guard = { inspect: (_exchange: Exchange) => verdict, observe: () => undefined };
  const gateway = await openGateway(
    {
      listen: [
        {
          host: "127.0.0.1",
          port: 0,
          ...(mode === "gait-plain"
            ? {}
            : { tls: { certificates: [{ cert, key }], limits: { handshakesPerAddressMax: 4_096 } } }),
        },
      ],
      applications: [
        { name: "app", upstream: { name: "origin", urls: [`http://127.0.0.1:${originPort}`], reuse: "shared" } },
      ],
      mode: "observe",
      hashKey: testHashKey,
      limits: { connectionsPerAddressMax: 20_000, connectionsPerPrefixMax: 20_000, idleMs: 600_000 },
    },
    guard,
  );
  process.stdout.write(`${gateway.addresses[0]?.port}\n`);
}
