import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import type { Player, Truth } from "./truth.ts";

/** A way in for one player. Bytes pass unchanged: TLS, HTTP/2 and header order are the player's own. */
export interface Door {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  /** The next connection comes from a new session of the player. */
  newSession(): void;
  close(): void;
}

const connectionsMax = 1_024;

/**
 * Stands where a load balancer would: takes a player's connection, says in a PROXY protocol header (version 1) from which public
 * address it comes, and passes bytes both ways. So real programs on loopback appear from all over the world, and the
 * gateway learns their addresses the way it does in production.
 */
export class Front {
  /** Where the gateway listens: another one takes over when the past is over. */
  gatewayPort: number;
  /** Off while nothing stands behind that would read the header. */
  saysAddress = true;
  readonly #truth: Truth;
  readonly #servers: Server[] = [];
  #open = 0;

  constructor(gatewayPort: number, truth: Truth) {
    this.gatewayPort = gatewayPort;
    this.#truth = truth;
  }

  /**
   * @param address Asked with the session's number: once for each session (`per: "session"`), or for each connection.
   */
  async door(
    player: Player,
    {
      address,
      per,
      first = 0,
    }: { readonly address: () => string; readonly per: "session" | "connection"; readonly first?: number },
  ): Promise<Door> {
    let session = first;
    let current = "";
    const addressNow = (): string => {
      if (current === "" || per === "connection") {
        current = address();
        this.#truth.note(current, { ...player, session });
        if (per === "connection") session++;
      }
      return current;
    };
    const open = await this.plainDoor(addressNow);
    return {
      ...open,
      newSession() {
        if (per === "session" && current !== "") session++;
        current = "";
      },
    };
  }

  /** A way in whose user notes the truth: every connection comes from the address of that moment. */
  async plainDoor(address: () => string): Promise<Pick<Door, "url" | "close">> {
    const server = createServer((client) => this.#join(client, address()));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    this.#servers.push(server);
    return {
      url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
      close: () => void server.close(),
    };
  }

  close(): void {
    for (const server of this.#servers) server.close();
  }

  #join(client: Socket, address: string): void {
    if (this.#open >= connectionsMax) {
      client.destroy();
      return;
    }
    this.#open++;
    const gateway = connect({ port: this.gatewayPort, host: "127.0.0.1", noDelay: true });
    if (this.saysAddress)
      gateway.write(`PROXY TCP4 ${address} 127.0.0.1 ${client.remotePort ?? 1} ${this.gatewayPort}\r\n`);
    client.setNoDelay(true);
    const end = (): void => {
      client.destroy();
      gateway.destroy();
    };
    client.once("close", () => {
      this.#open--;
      end();
    });
    gateway.once("close", end);
    client.on("error", end);
    gateway.on("error", end);
    client.pipe(gateway);
    gateway.pipe(client);
  }
}
