import { readFileSync } from "node:fs";
import { type AddressInfo, connect, type Socket } from "node:net";
import { createServer } from "node:tls";

/**
 * How the application is reached before anything stands in front of it: TLS ends here, as at a load balancer, and the rest goes to the
 * application as it is. Takes no PROXY header.
 */
export async function openUnprotected(
  upstream: string,
  files: { readonly cert: string; readonly key: string },
): Promise<{ readonly port: number; close(): void }> {
  const { hostname, port } = new URL(upstream);
  const open = new Set<Socket>();
  const server = createServer({ cert: readFileSync(files.cert), key: readFileSync(files.key) }, (client) => {
    const application = connect({ host: hostname, port: Number(port), noDelay: true });
    open.add(client);
    const end = (): void => {
      open.delete(client);
      client.destroy();
      application.destroy();
    };
    for (const socket of [client, application]) {
      socket.once("close", end);
      socket.on("error", end);
    }
    client.pipe(application);
    application.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      for (const client of open) client.destroy();
      server.close();
    },
  };
}
