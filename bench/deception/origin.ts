import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createRandom } from "#core";

/** An application where people log in with credentials that are right, and one in twenty mistypes. */
export interface Origin {
  readonly url: string;
  /** Everything that is somebody's in what it ever answered: none of it may be in a decoy. */
  readonly secrets: ReadonlySet<string>;
  close(): void;
}

const failureShare = 0.05;
/** Syllables that no decoy is made of, so that a name found in a decoy was somebody's. */
const syllables = ["xa", "he", "ji", "wo", "yu", "qa", "xe", "hi", "jo", "wu", "ya", "qe", "xi", "ho", "ju"];

/** @param seed Of whom it is asked and how late it answers. */
export async function openOrigin(seed: number): Promise<Origin> {
  const random = createRandom(seed);
  const secrets = new Set<string>();
  const draw = (letters: string, length: number): string =>
    Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join("");
  const word = (): string => {
    const text = Array.from({ length: 4 }, () => syllables[Math.floor(random() * syllables.length)]).join("");
    return text.slice(0, 1).toUpperCase() + text.slice(1);
  };
  const welcome = (response: ServerResponse): void => {
    const person = {
      token: draw("0123456789abcdef", 32),
      email: `${draw("abcdefghijklmnopqrstuvwxyz", 9)}${draw("0123456789", 3)}@example.org`,
      first: word(),
      last: word(),
      customer: Number(`4${draw("0123456789", 12)}`),
      card: draw("0123456789", 16),
    };
    const session = draw("0123456789abcdef", 24);
    for (const value of [...Object.values(person), session]) secrets.add(String(value));
    response.writeHead(200, {
      server: "bank/2.1",
      "content-type": "application/json",
      "set-cookie": `sid=${session}; Path=/; HttpOnly; Secure`,
    });
    response.end(JSON.stringify({ status: "welcome", ...person }));
  };
  const refuse = (response: ServerResponse): void => {
    response.writeHead(401, { server: "bank/2.1", "content-type": "application/json" });
    response.end('{"status":"wrong user name or password"}');
  };
  const server = createServer((request: IncomingMessage, response) => {
    request.resume();
    request.on("end", () => {
      const late = Math.exp(random() + random());
      setTimeout(() => (random() < failureShare ? refuse : welcome)(response), late);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secrets,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
