import {
  answerFindings,
  clockFinding,
  type Finding,
  failureFindings,
  type ProbePair,
  requestFindings,
} from "./findings.ts";
import { type ArrivedProbe, cutSuffix } from "./probe-guard.ts";
import { sendProbe } from "./send-probe.ts";

/** What the admin plane says when a round begins. */
export interface ProbeRound {
  readonly token: string;
  readonly now: number;
  readonly mode: string;
  readonly passive: readonly Readonly<Record<string, string | number>>[];
}

/** How the doctor reaches what it looks at. */
export interface DoctorOptions {
  /** The user's proxy, as clients reach it. */
  readonly url: URL;
  /** A page that sets cookies, when there is one. */
  readonly path: string;
  /** Take any certificate. */
  readonly insecure: boolean;
  readonly begin: () => Promise<ProbeRound>;
  readonly arrived: (token: string) => Promise<readonly ArrivedProbe[]>;
}

/** A documentation address (RFC 5737): nobody has it. */
const spoofedAddress = "198.51.100.99";
/** Encoded slash and space, and a dot: what proxies like to normalise. */
const oddTarget = "/.well-known/gait-doctor/a%2Fb%20c.d?x=1";
const answerWaitMs = 1_500;
const lookEveryMs = 50;

/**
 * Sends a few GET requests through the proxy, marked as probes, and compares what was sent with what arrived. They are
 * let pass unjudged, in enforce mode too, so the tester is never blocked; the last one has its link cut on purpose.
 */
export async function runDoctor(options: DoctorOptions): Promise<readonly Finding[]> {
  const { url, insecure } = options;
  const before = Date.now();
  const round = await options.begin();
  const clockHere = (before + Date.now()) / 2;
  const claims = {
    "x-forwarded-for": spoofedAddress,
    "x-real-ip": spoofedAddress,
    "x-gait-kind": "human",
    cookie: "gait-doctor=1",
  };
  const probe = (target: string, token = round.token): ReturnType<typeof sendProbe> =>
    sendProbe(url, { token, method: "GET", target, headers: claims, insecure });
  const first = await pairUp(options, round.token, await probe(oddTarget), 0);
  const expected = {
    method: "GET",
    path: oddTarget.split("?", 1)[0] ?? "",
    host: hostOf(url),
    scheme: url.protocol.replace(":", ""),
    spoofedAddress,
  };
  const findings = [...requestFindings(first, expected)];
  if (first.arrived !== undefined) {
    const page = await pairUp(options, round.token, await probe(options.path), 1);
    findings.push(...answerFindings(page));
    findings.push(...failureFindings(page.sent, await probe(options.path, `${round.token}${cutSuffix}`)));
  }
  findings.push(clockFinding(round.now, clockHere, first.sent.date + (first.sent.status === 0 ? Number.NaN : 500)));
  return [...findings, ...passiveFindings(round)];
}

/** Lower case, without the scheme's own port: as Gait writes hosts. */
function hostOf({ host }: URL): string {
  return host.toLowerCase();
}

async function pairUp(
  options: DoctorOptions,
  token: string,
  sent: ProbePair["sent"],
  index: number,
): Promise<ProbePair> {
  const until = performance.now() + answerWaitMs;
  for (;;) {
    const arrived = (await options.arrived(token))[index];
    const complete = arrived !== undefined && (!arrived.observes.response || arrived.answer !== undefined);
    if (complete || sent.status === 0 || performance.now() > until) return { sent, arrived };
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

function passiveFindings({ passive }: ProbeRound): readonly Finding[] {
  return passive.map(({ kind, where, parsed = 0, rejected = 0, problem = "" }) => {
    const check = `${kind} ${where}`;
    const counts = `${parsed} lines read, ${rejected} not understood`;
    if (problem !== "")
      return { check, state: "failed", found: String(problem), fix: "check the path and that Gait may read it" };
    if (Number(rejected) > Number(parsed))
      return { check, state: "failed", found: counts, fix: "name the format with passive.format" };
    return { check, state: "ok", found: counts, fix: "" };
  });
}
