import { Agent } from "node:https";
import axios from "axios";
import { HttpsCookieAgent } from "http-cookie-agent/http";
import { CookieJar } from "tough-cookie";
import { request, Agent as UndiciAgent } from "undici";
import { sleep } from "../world/random.ts";
import { filled, type Job, type Outcome, type Step, search, type Tool, typeOf } from "./job.ts";

/** What one session of a Node client can do: one request, with the session's own connection and jar. */
interface Session {
  ask(
    method: Step["method"],
    url: string,
    parts: { readonly headers: Record<string, string>; readonly body?: string | undefined },
  ): Promise<{ readonly status: number; readonly text: string }>;
  close(): Promise<void> | void;
}

/** A tool from something that opens sessions: everything but the asking is the same for all. */
export function nodeTool(name: string, open: (job: Job) => Session): Tool {
  return {
    name,
    async run(job, signal) {
      const outcomes: Outcome[] = [];
      for (const steps of job.sessions) {
        if (signal.aborted) break;
        const session = open(job);
        const found = new Map<string, string>();
        const statuses: number[] = [];
        for (const step of steps) {
          await sleep(step.pauseMs ?? 0, signal);
          statuses.push(await ask(session, job, { step, found }));
        }
        await session.close();
        outcomes.push(statuses);
      }
      return outcomes;
    },
  };
}

async function ask(
  session: Session,
  job: Job,
  { step, found }: { readonly step: Step; readonly found: Map<string, string> },
): Promise<number> {
  const body = step.body === undefined ? undefined : filled(step.body, found);
  const own = Object.entries(step.headers ?? {}).map(([name, value]) => [name, filled(value, found)] as const);
  const headers = {
    ...job.headers,
    ...Object.fromEntries(own),
    ...(body === undefined ? {} : { "content-type": typeOf(step) }),
  };
  try {
    const { status, text } = await session.ask(step.method, `${job.base}${filled(step.path, found)}`, {
      headers,
      body,
    });
    search(step, text, found);
    return status;
  } catch {
    return 0;
  }
}

/** undici's own request: no jar, so cookies never come back. */
export const undici: Tool = nodeTool("undici", () => {
  const dispatcher = new UndiciAgent({ connect: { rejectUnauthorized: false }, connections: 1 });
  return {
    async ask(method, url, { headers, body }) {
      const answer = await request(url, { method, headers, dispatcher, ...(body === undefined ? {} : { body }) });
      return { status: answer.statusCode, text: await answer.body.text() };
    },
    close: () => dispatcher.close(),
  };
});

/** axios with tough-cookie: a jar by the book. */
export const axiosWithJar: Tool = nodeTool("axios+tough-cookie", (job) => {
  const options = { keepAlive: true, maxSockets: 1, rejectUnauthorized: false };
  const httpsAgent = job.jar
    ? new HttpsCookieAgent({ ...options, cookies: { jar: new CookieJar() as never } })
    : new Agent(options);
  const client = axios.create({ httpsAgent, validateStatus: () => true, responseType: "text", timeout: 15_000 });
  return {
    async ask(method, url, { headers, body }) {
      const answer = await client.request<string>({ method, url, headers, data: body });
      return { status: answer.status, text: String(answer.data) };
    },
    close: () => httpsAgent.destroy(),
  };
});
