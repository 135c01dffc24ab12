/** One request of a session. `{name}` in path, headers and body stands for what an earlier step of the session found. */
export interface Step {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: string;
  readonly type?: "form" | "json";
  readonly headers?: Readonly<Record<string, string>>;
  /** Before the request, in milliseconds. */
  readonly pauseMs?: number;
  /** Finds `value` in the answer by the text before and behind it, as scripts do. */
  readonly find?: { readonly name: string; readonly before: string; readonly behind: string };
}

/** What one program is asked to do: sessions one after another, each on a new connection with a jar of its own. */
export interface Job {
  /** `https://127.0.0.1:PORT`, a door of the front. */
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether cookies are kept and sent back within a session. */
  readonly jar: boolean;
  readonly sessions: readonly (readonly Step[])[];
}

/** Statuses of one session's answers; 0 where none came. */
export type Outcome = readonly number[];

/** A real client program. */
export interface Tool {
  readonly name: string;
  run(job: Job, signal: AbortSignal): Promise<readonly Outcome[]>;
}

/** Fills `{name}` from what was found. */
export function filled(text: string, found: ReadonlyMap<string, string>): string {
  return text.replace(/\{([a-z]+)\}/g, (whole, name: string) => found.get(name) ?? whole);
}

/** Notes what a step looks for in an answer. */
export function search(step: Step, text: string, found: Map<string, string>): void {
  if (step.find === undefined) return;
  const from = text.indexOf(step.find.before);
  if (from < 0) return;
  const start = from + step.find.before.length;
  const end = text.indexOf(step.find.behind, start);
  if (end > start) found.set(step.find.name, text.slice(start, end));
}

export function typeOf(step: Step): string {
  return step.type === "json" ? "application/json" : "application/x-www-form-urlencoded";
}
