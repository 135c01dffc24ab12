import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** One call as it came in. */
export interface ReceivedCall {
  readonly body: string;
  readonly notice: Readonly<Record<string, unknown>>;
  readonly delivery: string;
  /** Whether the signature is that of the shared secret over time and body. */
  readonly signed: boolean;
}

/** A receiver of webhooks on loopback that checks signatures as docs/policy.md tells. */
export interface WebhookReceiver {
  readonly url: string;
  readonly calls: readonly ReceivedCall[];
  /** Answers from now on with this; 0: never. */
  status: number;
  close(): void;
}

export async function openWebhookReceiver(secret: string): Promise<WebhookReceiver> {
  const calls: ReceivedCall[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      const [, at = "", mac = ""] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(request.headers["x-gait-signature"])) ?? [];
      const expected = createHmac("sha256", secret).update(`${at}.${body}`).digest("hex");
      calls.push({
        body,
        notice: JSON.parse(body) as Readonly<Record<string, unknown>>,
        delivery: String(request.headers["x-gait-delivery"]),
        signed: mac === expected,
      });
      if (receiver.status === 0) return;
      response.writeHead(receiver.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/reset`,
    calls,
    status: 204,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return receiver;
}
