import { stopped } from "../scoring/score.ts";
import type { LoggedRequest } from "../world/gateway.ts";
import { sleep } from "../world/random.ts";
import type { Truth } from "../world/truth.ts";
import type { TakeoverResult, TakeoverStep } from "./run-takeover.ts";

interface Chapter {
  readonly name: string;
  readonly atSeconds: number;
  tried: number;
  stopped: number;
  takenOver: number;
}

/** Keeps the time and counts what the attackers see, chapter by chapter. */
export class Story {
  readonly #say: (line: string) => void;
  readonly #watchSeconds: number;
  readonly #began = performance.now();
  readonly #beganAt = Date.now();
  readonly #chapters: Chapter[] = [];
  readonly #said: string[] = [];

  constructor(say: (line: string) => void, watchSeconds: number) {
    this.#say = say;
    this.#watchSeconds = watchSeconds;
  }

  /** A step is taken; what happens under it is watched for a while. */
  async step(name: string): Promise<void> {
    const atSeconds = (performance.now() - this.#began) / 1_000;
    this.#say(`${clock(atSeconds)}  ${name}`);
    this.#chapters.push({ name, atSeconds, tried: 0, stopped: 0, takenOver: 0 });
    await sleep(this.#watchSeconds * 1_000);
  }

  /** What a command answered, as the operator reads it. */
  heard(text: string): void {
    const lines = text.trim().split("\n").slice(0, 8);
    this.#said.push(...lines);
    for (const line of lines) this.#say(`       ${line}`);
  }

  /** One log-in of the attackers and the answer they got. */
  tried(status: number): void {
    const chapter = this.#chapters.at(-1);
    if (chapter === undefined) return;
    chapter.tried++;
    if (status === 200) chapter.takenOver++;
    else if (status !== 401) chapter.stopped++;
  }

  /** Everything counted, with people from the gateway's log. */
  result(log: readonly LoggedRequest[], truth: Truth): TakeoverResult {
    const people = log.flatMap((request) => {
      const holder = truth.of(request.ip, Date.parse(request.time));
      return holder?.side === "native-app" || holder?.side === "person" ? [{ request, holder }] : [];
    });
    const hit = people.filter(({ request }) => stopped(request));
    const sessions = (of: typeof people): number => new Set(of.map(({ holder }) => holder.session)).size;
    const steps = this.#chapters.map((chapter, index): TakeoverStep => {
      const from = this.#beganAt + chapter.atSeconds * 1_000;
      const to = this.#beganAt + (this.#chapters[index + 1]?.atSeconds ?? Number.POSITIVE_INFINITY) * 1_000;
      const within = (of: typeof people): number =>
        of.filter(({ request }) => Date.parse(request.time) >= from && Date.parse(request.time) < to).length;
      return { ...chapter, people: within(people), peopleStopped: within(hit) };
    });
    const share = (step: TakeoverStep | undefined): number =>
      step === undefined || step.tried === 0 ? 0 : step.stopped / step.tried;
    return {
      steps,
      stoppedAtLast: share(steps.at(-2)),
      retoolStopped: share(steps.at(-1)),
      peopleSessions: sessions(people),
      peopleStopped: sessions(hit),
      seconds: (performance.now() - this.#began) / 1_000,
      said: this.#said,
    };
  }
}

/** Minutes and seconds, as on a stopwatch. */
export function clock(seconds: number): string {
  return `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}
