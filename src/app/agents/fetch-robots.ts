import { get } from "node:http";
import { intelLimits } from "#core";

/**
 * Asks an application's own upstream for its robots.txt. The address is the operator's (`upstream`), so private ranges are
 * as they should be; redirects are not followed, which leaves nowhere else to be sent.
 *
 * @returns Its text; "" where the application has none (any status but 200, RFC 9309 section 2.3.1.3); undefined where it
 * could not be asked, and what was known before stays.
 */
export function fetchRobots(upstream: string, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get(
      new URL("/robots.txt", upstream),
      { headers: { ...(host === "" ? {} : { Host: host }), "User-Agent": "Gait" }, timeout: timeoutMs, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes <= intelLimits.robotsBytes.default) chunks.push(chunk);
          else response.destroy();
        });
        response.once("close", () =>
          resolve(response.statusCode === 200 ? Buffer.concat(chunks).toString("utf8") : ""),
        );
      },
    );
    // The socket's own timer restarts with every byte; a server that drips would hold it for ever.
    const deadline = setTimeout(() => request.destroy(), timeoutMs);
    request.once("timeout", () => request.destroy());
    request.once("error", () => resolve(undefined));
    request.once("close", () => {
      clearTimeout(deadline);
      resolve(undefined);
    });
  });
}

const timeoutMs = 5_000;
