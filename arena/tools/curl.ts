import { runProgram } from "../world/processes.ts";
import { sleep } from "../world/random.ts";
import { filled, type Job, type Outcome, type Step, type Tool, typeOf } from "./job.ts";

/** curl, one process a session, so that its connection and its jar are one; pauses within a session are not made. */
export const curl: Tool = {
  name: "curl",
  async run(job, signal) {
    const outcomes: Outcome[] = [];
    for (const steps of job.sessions) {
      if (signal.aborted) break;
      await sleep(steps[0]?.pauseMs ?? 0, signal);
      const args = steps.flatMap((step, index) => [...(index === 0 ? [] : ["--next"]), ...argsOf(job, step)]);
      const done = await runProgram("curl", args, { timeoutMs: 60_000 });
      outcomes.push(done.stderr.match(/status=(\d+)/g)?.map((found) => Number(found.slice(7))) ?? steps.map(() => 0));
    }
    return outcomes;
  },
};

function argsOf(job: Job, step: Step): readonly string[] {
  const headers = Object.entries({ ...job.headers, ...step.headers }).flatMap(([name, value]) => [
    "-H",
    `${name}: ${value}`,
  ]);
  const body =
    step.body === undefined ? [] : ["-H", `Content-Type: ${typeOf(step)}`, "--data-raw", filled(step.body, new Map())];
  return [
    ...["-k", "-s", "-m", "15", "-o", "/dev/null", "-w", "%{stderr}status=%{http_code}\n", "-X", step.method],
    ...(job.jar ? ["-b", ""] : []),
    ...headers,
    ...body,
    `${job.base}${step.path}`,
  ];
}
