import { Agent, request } from "node:http";

/** A few clients that keep asking until stopped, on kept connections that they renew now and then. */
export interface SteadyLoad {
  /** Stops and tells what happened. */
  stop(): Promise<{ readonly answered: number; readonly failures: readonly string[]; readonly durationsMs: readonly number[] }>;
}

/** Starts the load; each client takes a new connection after `renewAfter` requests. Any socket error and any status but 200 is a failure. */
export function startLoad(port: number, { clients, pauseMs = 1, renewAfter = 40 }: { readonly clients: number; readonly pauseMs?: number; readonly renewAfter?: number }): SteadyLoad {
  let running = true;
  let answered = 0;
  const failures: string[] = [];
  const durationsMs: number[] = [];
  const client = async (): Promise<void> => {
    let agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let round = 0; running; round++) {
      if (round % renewAfter === renewAfter - 1) {
        agent.destroy();
        agent = new Agent({ keepAlive: true, maxSockets: 1 });
      }
      const started = performance.now();
      const failure = await ask(port, agent);
      durationsMs.push(performance.now() - started);
      if (failure === "") answered++;
      else failures.push(failure);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    agent.destroy();
  };
  const all = Promise.all(Array.from({ length: clients }, () => client()));
  return {
    async stop() {
      running = false;
      await all;
      return { answered, failures, durationsMs };
    },
  };
}

function ask(port: number, agent: Agent): Promise<string> {
  return new Promise((resolve) => {
    const asked = request({ host: "127.0.0.1", port, agent, path: "/load" }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode === 200 ? "" : `status ${response.statusCode}`));
      response.on("error", (error) => resolve(error.message));
    });
    asked.on("error", (error) => resolve(error.message));
    asked.end();
  });
}
