import { canonicalAddress } from "#wire";
import type { ArrivedProbe } from "./probe-guard.ts";
import type { SentProbe } from "./send-probe.ts";

/** One thing that was looked at. */
export interface Finding {
  readonly check: string;
  readonly state: "ok" | "warning" | "failed";
  /** What was found, in words. */
  readonly found: string;
  /** What to do; empty when all is well. */
  readonly fix: string;
}

/** A probe from both sides. */
export interface ProbePair {
  readonly sent: SentProbe;
  readonly arrived: ArrivedProbe | undefined;
}

/** What was sent, for comparison. */
export interface ProbeExpectation {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly scheme: string;
  readonly spoofedAddress: string;
}

function ok(check: string, found: string): Finding {
  return { check, state: "ok", found, fix: "" };
}

function failed(check: string, found: string, fix: string): Finding {
  return { check, state: "failed", found, fix };
}

/** Whether the probe reached Gait and its facts are those that were sent. */
export function requestFindings({ sent, arrived }: ProbePair, expected: ProbeExpectation): readonly Finding[] {
  if (sent.status === 0)
    return [failed("proxy", `no answer: ${sent.problem}`, "check the URL, and that your proxy runs")];
  if (arrived === undefined) {
    return [
      failed(
        "link",
        `the proxy answered ${sent.status}, and the request never reached Gait`,
        "the snippet is not in this server's configuration, the proxy was not reloaded, or it asks at another address than the one Gait listens on (gait.yaml: beside)",
      ),
    ];
  }
  return [
    ok("link", `the proxy asked Gait and answered ${sent.status} in ${Math.round(sent.tookMs)} ms`),
    addressFinding(sent, arrived, expected),
    same("method", arrived.method, expected.method, "forward the original method (X-Original-Method for nginx)"),
    same(
      "path",
      arrived.path,
      expected.path,
      "forward the path as received: $request_uri in nginx, pathq in HAProxy; not a normalised one",
    ),
    same("host", arrived.host, expected.host, "forward the client's Host ($http_host in nginx)"),
    same(
      "TLS",
      arrived.scheme,
      expected.scheme,
      "tell the scheme ($scheme in nginx, ssl_fc in HAProxy, X-Forwarded-Proto elsewhere)",
    ),
    arrived.cookies.includes("gait-doctor")
      ? ok("cookies sent", "the Cookie header arrives")
      : failed("cookies sent", "the Cookie header does not arrive", "forward all request headers to Gait"),
    sent.reference === arrived.reference
      ? ok("reference", `answers carry the reference (${sent.reference})`)
      : failed(
          "reference",
          sent.reference === ""
            ? "the answer carries no X-Request-Id"
            : `the answer carries ${sent.reference}, Gait knows ${arrived.reference}`,
          "set X-Request-Id on every answer, as the snippet does; a location with add_header of its own needs the line, too",
        ),
  ];
}

function addressFinding(
  { localAddress }: SentProbe,
  { ip }: ArrivedProbe,
  { spoofedAddress }: ProbeExpectation,
): Finding {
  if (ip === spoofedAddress) {
    return failed(
      "client address",
      `Gait was told ${ip}, which the probe claimed in X-Forwarded-For: every client can choose its address`,
      "tell the connection's address ($remote_addr in nginx, src in HAProxy) and believe X-Forwarded-For from your own proxies only",
    );
  }
  const own = canonicalAddress(localAddress);
  if (ip === own) return ok("client address", `${ip}, as sent; a claimed X-Forwarded-For is not believed`);
  return {
    check: "client address",
    state: "warning",
    found: `Gait was told ${ip}, the probe was sent from ${own}`,
    fix: "right if there is a NAT, CDN or balancer between here and the proxy and this is your address as it sees you; otherwise name your proxies in trustedProxies",
  };
}

function same(check: string, found: string, expected: string, fix: string): Finding {
  return found === expected
    ? ok(check, found)
    : failed(check, `${JSON.stringify(found)} arrived, ${JSON.stringify(expected)} was sent`, fix);
}

/** Whether the answer is seen as the client saw it. */
export function answerFindings({ sent, arrived }: ProbePair): readonly Finding[] {
  if (arrived === undefined) return [];
  if (!arrived.observes.response) {
    return [
      {
        check: "answers",
        state: "warning",
        found:
          "this connector shows no answers: everything about cookies is off, nothing is held against anybody for it",
        fix: "nginx: install the njs module (Debian: libnginx-mod-http-js) and use nginx-with-answers.conf; Envoy: ext_proc in place of ext_authz; Caddy and Traefik cannot tell",
      },
    ];
  }
  if (arrived.answer === undefined) {
    return [
      failed(
        "answers",
        "the connector says that it reports answers, and none came",
        "nginx: the access_log line with syslog:server must name Gait's port (UDP); HAProxy: the gait-response message must be in the agent's list",
      ),
    ];
  }
  const { status, setCookies } = arrived.answer;
  const seen = [...setCookies].sort().join(", ");
  const given = [...sent.setCookies].sort().join(", ");
  return [
    same("status", String(status), String(sent.status), "report the status that the client gets"),
    seen === given
      ? ok(
          "cookies given",
          given === "" ? "this page sets none (name one that does with --path)" : `every Set-Cookie arrives: ${given}`,
        )
      : failed(
          "cookies given",
          `the client was given ${given || "none"}, Gait saw ${seen || "none"}`,
          "report every Set-Cookie line, not the first",
        ),
  ];
}

/** What the client gets while the link to Gait is cut. */
export function failureFindings(normal: SentProbe, cut: SentProbe): readonly Finding[] {
  const slowMs = 2_000;
  if (cut.status === 0) {
    return [
      failed(
        "failure mode",
        `with the link cut the client gets no answer: ${cut.problem}`,
        "give the proxy a time limit for Gait and a fail mode, as the snippet does",
      ),
    ];
  }
  const took = `in ${Math.round(cut.tookMs)} ms`;
  const slow = cut.tookMs > slowMs;
  const fix = slow ? "lower the time that the proxy waits for Gait (50-200 ms in the snippet)" : "";
  if (cut.status === normal.status) {
    return [
      {
        check: "failure mode",
        state: slow ? "failed" : "ok",
        found: `open: with the link cut, requests pass (${cut.status} ${took})`,
        fix,
      },
    ];
  }
  return [
    {
      check: "failure mode",
      state: slow ? "failed" : "warning",
      found: `closed: with the link cut, the client gets ${cut.status} ${took}`,
      fix: slow ? fix : "right if you chose it; the snippet's comment says which line makes it open",
    },
  ];
}

/** Whether this machine's, the proxy's and Gait's clocks agree. */
export function clockFinding(gaitNow: number, here: number, proxyDate: number): Finding {
  // A Date header has whole seconds.
  const skewMsMax = 2_000;
  const skews = [gaitNow - here, ...(Number.isNaN(proxyDate) ? [] : [proxyDate - here])].map((skew) =>
    Math.round(skew),
  );
  const worst = Math.max(...skews.map(Math.abs));
  return worst <= skewMsMax
    ? ok("clock", "Gait, the proxy and this machine agree")
    : failed(
        "clock",
        `clocks differ by ${(worst / 1_000).toFixed(1)} s`,
        "synchronise the clocks (systemctl status systemd-timesyncd, chronyc tracking)",
      );
}
