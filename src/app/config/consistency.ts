import type { Config, ListenerConfig } from "./config.ts";
import type { PathProblem } from "./explain-issue.ts";
import { isLoopback, type ListenAddress, parseListenAddress } from "./listen-address.ts";

/** What no single key shows: mistakes that span several. */
export function checkConsistency(config: Config): readonly PathProblem[] {
  return [
    ...checkUpstreams(config),
    ...checkBeside(config),
    ...checkPassive(config),
    ...checkPublish(config),
    ...checkApplications(config),
    ...checkListeners(config),
    ...checkPresentation(config),
    ...checkAdmin(config),
    ...checkRoutes(config),
    ...checkPolicy(config),
    ...checkAgents(config),
  ];
}

function checkPresentation({ presentationHeaders, trustedProxies }: Config): readonly PathProblem[] {
  if (presentationHeaders === undefined || trustedProxies.length > 0) return [];
  return [problem(["presentationHeaders"], "presentationHeaders needs trustedProxies: nobody is believed otherwise")];
}

/** The listeners of a config, one form for all its spellings. */
export function listenersOf(config: Config): readonly ListenerConfig[] {
  const all = isList(config.listen) ? config.listen : [config.listen];
  return all.map((listener) =>
    typeof listener === "string" ? { address: listener, proxyProtocol: false, reusePort: false, tls: true } : listener,
  );
}

/** Whether there is anything to forward to: otherwise Gait only answers the proxies beside it. */
export function forwards(config: Config): boolean {
  return config.upstream !== undefined || config.applications.length > 0;
}

const besideDoors = ["haproxy", "nginx", "forwardAuth", "envoy", "envoyHttp"] as const;

/** A door of `beside`, by the name of its key. */
export type BesideDoor = (typeof besideDoors)[number];

/** Doors whose protocol has no word for who asks, so that only loopback may reach them. */
const withoutAsker: ReadonlySet<BesideDoor> = new Set(["haproxy", "envoy"]);

/** The listeners of `beside` that are configured, by the name of their key. */
export function besideListeners(config: Config): readonly (readonly [BesideDoor, string])[] {
  return besideDoors.flatMap((door) => {
    const address = config.beside?.[door];
    return address === undefined ? [] : [[door, address] as const];
  });
}

function checkAgents({ agents }: Config): readonly PathProblem[] {
  if (!agents.serveRobots || agents.robotsFile !== undefined) return [];
  return [
    problem(
      ["agents", "serveRobots"],
      "serveRobots has nothing to serve; expected agents.robotsFile to name a robots.txt",
    ),
  ];
}

function onLoopback(address: string): boolean {
  const parsed = parseListenAddress(address);
  return parsed.kind !== "fault" && isLoopback(parsed);
}

function checkBeside(config: Config): readonly PathProblem[] {
  if (config.beside === undefined) return [];
  const listeners = besideListeners(config);
  if (listeners.length === 0) {
    return [problem(["beside"], `beside names no proxy; expected one of ${besideDoors.join(", ")} with ADDRESS:PORT`)];
  }
  // Whoever reaches these ports can ask in anybody's name.
  return listeners.flatMap(([key, address]) =>
    onLoopback(address) || (!withoutAsker.has(key) && config.trustedProxies.length > 0)
      ? []
      : [
          problem(
            ["beside", key],
            `${address} can be reached from elsewhere; expected loopback${withoutAsker.has(key) ? "" : ", or trustedProxies that say who may ask"}`,
          ),
        ],
  );
}

function checkPassive({ passive, trustedProxies }: Config): readonly PathProblem[] {
  if (passive === undefined) return [];
  const { logs, syslog, syslogTls, ingest } = passive;
  if (logs.length === 0 && syslog === undefined && syslogTls === undefined && ingest === undefined) {
    return [problem(["passive"], "passive names no door; expected logs, syslog, syslogTls or ingest")];
  }
  const doors: readonly (readonly [string, string | undefined])[] = [
    ["syslog", syslog],
    ["syslogTls", syslogTls?.address],
  ];
  return doors.flatMap(([key, address]) =>
    address === undefined || onLoopback(address) || trustedProxies.length > 0
      ? []
      : [
          problem(
            ["passive", key],
            `${address} can be reached from elsewhere; expected loopback, or trustedProxies that say who may send`,
          ),
        ],
  );
}

function checkPublish({ publish }: Config): readonly PathProblem[] {
  if (publish === undefined) return [];
  if (publish.listen === undefined && publish.nginxMap === undefined && publish.haproxyMap === undefined) {
    return [problem(["publish"], "publish names no reader; expected listen, nginxMap or haproxyMap")];
  }
  return publish.listen !== undefined && publish.keyFile === undefined
    ? [problem(["publish", "listen"], "publish.listen needs publish.keyFile: who reads the list must have a key")]
    : [];
}

function checkUpstreams(config: Config): readonly PathProblem[] {
  if (!forwards(config)) {
    if (config.beside !== undefined || config.passive !== undefined) return [];
    return [
      problem(
        [],
        "nothing to protect: `upstream` (or `applications`) is missing; expected for example upstream: http://127.0.0.1:3000",
      ),
    ];
  }
  const problems: PathProblem[] = [];
  if (config.upstream !== undefined && config.applications.length > 0) {
    problems.push(problem(["upstream"], "upstream and applications are both given; one of them decides", true));
  }
  const own = new Set(listenersOf(config).map(({ address }) => loopKey(parseListenAddress(address))));
  const entries: [string[], Config["upstream"]][] = [
    [["upstream"], config.upstream],
    ...config.applications.map((application, index): [string[], Config["upstream"]] => [
      ["applications", String(index), "upstream"],
      application.upstream,
    ]),
  ];
  for (const [path, upstream] of entries) {
    for (const url of typeof upstream === "string" ? [upstream] : (upstream?.urls ?? [])) {
      const { hostname, port, protocol } = new URL(url);
      const standard = protocol === "https:" ? "443" : "80";
      const loopback = hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
      if (loopback && own.has(port === "" ? standard : port)) {
        problems.push(problem(path, `upstream ${url} is the gateway itself: requests would go round in a circle`));
      }
    }
  }
  return problems;
}

/** Loopback upstreams collide with a listener by port when the listener holds loopback. Empty: never. */
function loopKey(address: ReturnType<typeof parseListenAddress>): string {
  if (address.kind !== "tcp" || address.port === 0) return "";
  const everywhere = address.host === "0.0.0.0" || address.host === "::";
  return everywhere || isLoopback(address) ? String(address.port) : "";
}

function checkApplications({ applications }: Config): readonly PathProblem[] {
  const problems: PathProblem[] = [];
  const names = new Map<string, number>();
  const claims = new Map<string, string>();
  for (const [index, { name, hosts, paths }] of applications.entries()) {
    const path = ["applications", String(index)];
    const earlier = names.get(name);
    if (earlier !== undefined) {
      problems.push(
        problem(
          [...path, "name"],
          `application ${JSON.stringify(name)} is given twice, first as number ${earlier + 1}`,
        ),
      );
    }
    names.set(name, index);
    for (const host of hosts.length === 0 ? ["*"] : hosts) {
      for (const prefix of paths.length === 0 ? ["/"] : paths) {
        const claim = `${host}${prefix}`;
        const owner = claims.get(claim);
        if (owner !== undefined && owner !== name) {
          problems.push(
            problem(
              path,
              `application ${JSON.stringify(name)} never gets a request: ${claim} already belongs to ${JSON.stringify(owner)}`,
            ),
          );
        }
        claims.set(claim, owner ?? name);
      }
    }
  }
  return problems;
}

function checkListeners(config: Config): readonly PathProblem[] {
  const problems: PathProblem[] = [];
  const seen = new Set<string>();
  const list = isList(config.listen);
  for (const [index, { address, proxyProtocol }] of listenersOf(config).entries()) {
    const path = list ? ["listen", String(index)] : ["listen"];
    if (seen.has(address) && !address.endsWith(":0"))
      problems.push(problem(path, `listener ${address} is given twice`));
    seen.add(address);
    if (proxyProtocol && config.trustedProxies.length === 0) {
      problems.push(problem(path, "proxyProtocol needs trustedProxies: nobody may connect otherwise"));
    }
  }
  if (typeof config.admin.listen === "string" && seen.has(config.admin.listen) && !config.admin.listen.endsWith(":0")) {
    problems.push(
      problem(["admin", "listen"], `admin.listen ${config.admin.listen} is a listener for traffic already`),
    );
  }
  return problems;
}

function checkAdmin({ admin }: Config): readonly PathProblem[] {
  if (admin.listen === false)
    return admin.signOn === undefined ? [] : [problem(["admin", "signOn"], "admin.signOn needs admin.listen")];
  const signOn = checkSignOn(admin);
  if (signOn.length > 0) return signOn;
  const address = parseListenAddress(admin.listen) as ListenAddress;
  if (isLoopback(address) || admin.tokenFile !== undefined) return [];
  return [
    problem(
      ["admin", "listen"],
      `admin.listen ${admin.listen} can be reached from other machines; expected a loopback address, or admin.tokenFile beside it`,
    ),
  ];
}

function checkSignOn({ signOn, hosts }: Config["admin"]): readonly PathProblem[] {
  if (signOn === undefined) return [];
  if (Object.keys(signOn.roles).length === 0 && signOn.otherwise === undefined)
    return [problem(["admin", "signOn"], "admin.signOn lets nobody in; expected roles, or otherwise")];
  const { hostname } = new URL(signOn.redirectUrl);
  const known = ["localhost", "127.0.0.1", "[::1]", ...hosts];
  if (known.includes(hostname)) return [];
  return [
    problem(
      ["admin", "signOn", "redirectUrl"],
      `the admin listener does not answer to ${JSON.stringify(hostname)}; expected admin.hosts to name it`,
    ),
  ];
}

function checkRoutes({ routes }: Config): readonly PathProblem[] {
  return routes.flatMap((route, index) => {
    if (route.failMode !== undefined || route.bodyBytesMax !== undefined || route.tags !== undefined) return [];
    return [
      problem(
        ["routes", String(index)],
        `route ${route.paths.join(", ")} changes nothing; expected failMode, bodyBytesMax or tags`,
      ),
    ];
  });
}

function checkPolicy({ policy }: Config): readonly PathProblem[] {
  const allowed = new Set(policy.allow);
  const names = policy.webhooks.map(({ name }) => name);
  return [
    ...policy.block.flatMap((network, index) =>
      allowed.has(network)
        ? [problem(["policy", "block", String(index)], `${network} is both allowed and blocked; allow wins`)]
        : [],
    ),
    ...names.flatMap((name, index) =>
      names.indexOf(name) === index
        ? []
        : [problem(["policy", "webhooks", String(index), "name"], `webhook ${JSON.stringify(name)} is given twice`)],
    ),
  ];
}

function problem(path: readonly string[], reason: string, atKey = false): PathProblem {
  return { path, atKey, reason };
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}
