import { LiteralMatcher } from "#intel";

/**
 * Kinds of requests that look for a weakness, by marks in their path and query. The names are what rules compare
 * `request.probe` with; a kind's position is its bit in a session's set of kinds.
 */
export const probeKinds = [
  "secrets",
  "backup",
  "operator",
  "shell",
  "cms",
  "traversal",
  "sql",
  "script",
  "template",
  "command",
  "framework",
  "server-side-request",
  "api-description",
  "debug",
  "device",
  "open-proxy",
  "version-file",
] as const;
export type ProbeKind = (typeof probeKinds)[number];

/** Marks in lower case, looked for in the path with its percent-encoding undone once; first hit wins. */
const marks: readonly (readonly [kind: ProbeKind, marks: readonly string[]])[] = [
  ["traversal", ["../", "..\\", "..;/", "%2e%2e", "/etc/passwd", "/proc/self", "win.ini", "boot.ini"]],
  [
    "sql",
    [
      "union select",
      "union+select",
      "union all select",
      "' or ",
      "'or'",
      '" or ',
      " or 1=1",
      "sleep(",
      "benchmark(",
      "xp_cmdshell",
      "information_schema",
      "waitfor delay",
      "extractvalue(",
      "pg_sleep",
    ],
  ],
  ["script", ["<script", "javascript:", "onerror=", "onload=", "<svg", "<img", "alert("]],
  ["template", ["${jndi:", "{7*7}", "<%=", "{{config", "${env:", "*{t("]],
  [
    "command",
    [
      "/bin/sh",
      "/bin/bash",
      ";cat ",
      "|cat ",
      "$(id)",
      "`id`",
      ";id;",
      "|id",
      "wget http",
      "curl http",
      "&&whoami",
      "cmd.exe",
      "powershell",
    ],
  ],
  [
    "server-side-request",
    [
      "169.254.169.254",
      "metadata.google",
      "metadata.azure",
      "file://",
      "gopher://",
      "dict://",
      "=http://127.",
      "=http://localhost",
      "=http://0x7f",
    ],
  ],
  [
    "secrets",
    [
      "/.env",
      "/.git",
      "/.svn",
      "/.hg",
      "/.aws",
      "/.ssh",
      "/.docker",
      "/.npmrc",
      "/.htpasswd",
      "/.ds_store",
      "wp-config",
      "id_rsa",
      "credentials.json",
      "secrets.y",
      "config.json.bak",
      "/.vscode",
      "/.kube",
      "/web.config",
      "/appsettings.json",
      "database.yml",
      "/.bash_history",
    ],
  ],
  [
    "shell",
    [
      "shell.php",
      "c99.php",
      "r57.php",
      "cmd.php",
      "wso.php",
      "alfa.php",
      "webshell",
      "/up.php",
      "eval-stdin",
      "/shell",
      "b374k",
      "filemanager.php",
    ],
  ],
  [
    "framework",
    [
      "vendor/phpunit",
      "_ignition",
      "think\\app",
      "thinkphp",
      "cgi-bin/",
      "/struts",
      "/solr/",
      "/druid/",
      "/nacos/",
      "/geoserver",
      "/confluence/",
      "/owa/auth",
      "/autodiscover",
      "/hudson",
      "/jenkins",
      "/gitlab",
      "/telescope/",
      "/_profiler",
      "/laravel",
      "invokefunction",
    ],
  ],
  [
    "operator",
    [
      "phpmyadmin",
      "/pma/",
      "adminer",
      "/manager/html",
      "/host-manager",
      "/jmx-console",
      "/cpanel",
      "/webmin",
      "/solr/admin",
      "administrator/index",
      "/admin.php",
      "/kibana",
      "/grafana",
      "/portainer",
    ],
  ],
  [
    "debug",
    [
      "/actuator",
      "/debug/pprof",
      "/server-status",
      "/server-info",
      "/phpinfo",
      "/info.php",
      "/trace.axd",
      "/elmah.axd",
      "/metrics",
      "/heapdump",
      "/_debug",
      "/test.php",
    ],
  ],
  [
    "cms",
    [
      "wp-login.php",
      "xmlrpc.php",
      "wlwmanifest.xml",
      "wp-includes/",
      "wp-content/plugins",
      "wp-json/wp/v2/users",
      "?author=",
      "/wp-admin",
      "joomla",
      "/sites/default",
      "/typo3",
      "/umbraco",
    ],
  ],
  [
    "api-description",
    [
      "/swagger",
      "/openapi.json",
      "/openapi.yaml",
      "/api-docs",
      "/graphiql",
      "/playground",
      "/v2/api-docs",
      "/v3/api-docs",
      "__schema",
      "introspectionquery",
      "/.well-known/openid",
      "/wsdl",
      "?wsdl",
    ],
  ],
  [
    "device",
    [
      "/hnap1",
      "/boaform",
      "/goform",
      "/setup.cgi",
      "/tmui",
      "/remote/login",
      "/dana-na",
      "/vpn/index",
      "/global-protect",
      "/manage/account/login",
      "/cgi-bin/luci",
      "/+cscoe+",
    ],
  ],
  ["open-proxy", ["/http://", "/https://", "/ftp://"]],
  [
    "version-file",
    [
      "/readme.txt",
      "/readme.md",
      "/readme.html",
      "/changelog.txt",
      "/changelog.md",
      "/license.txt",
      "/version.txt",
      "/composer.lock",
      "/package.json",
    ],
  ],
  [
    "backup",
    [".bak", ".old", ".sql", ".tar.gz", ".zip", ".rar", ".7z", "~", ".swp", ".orig", ".save", ".dump", "backup"],
  ],
];

const cells = 8_192;
const charsMax = 2_048;
/** Longer than every ending of a backup. */
const endingMax = 16;

/**
 * The probe kind of a request, remembered by the hash of path and query in a direct-mapped table: a known address costs
 * one look. Evaded by encodings beyond one layer; what such a request asks for is then not found, which is counted too.
 */
export class Probes {
  readonly #tags = new Uint32Array(cells);
  readonly #kinds = new Uint8Array(cells);

  /** Position in `probeKinds`, or -1. */
  kindOf(urlHash: number, path: string, query: string): number {
    const cell = urlHash & (cells - 1);
    if (this.#tags[cell] === urlHash) return (this.#kinds[cell] as number) - 1;
    const kind = probeKind(path, query);
    this.#tags[cell] = urlHash;
    this.#kinds[cell] = kind + 1;
    return kind;
  }
}

/** Marks of every kind but `backup`, which looks at how a path ends, and the kind of each. */
const sought = marks.filter(([kind]) => kind !== "backup");
const kindOfMark = sought.flatMap(([kind, list]) => list.map(() => kind));
const orderOfMark = sought.flatMap(([, list], order) => list.map(() => order));
const matcher = new LiteralMatcher(
  sought.flatMap(([, list]) =>
    list.map((mark) => ({ parts: [mark], atStart: false, atEnd: false, caseSensitive: false, wholeWord: false })),
  ),
);
const backupEndings = marks.find(([kind]) => kind === "backup")?.[1] ?? [];

/**
 * The probe kind of a path and query, or -1. Linear in their length, of which 2,048 characters are read: one automaton finds
 * every mark in one pass, so that an address nobody asked for before costs little more than a known one.
 */
export function probeKind(path: string, query: string): number {
  const text = decoded(`${path}${query === "" ? "" : "?"}${query}`.slice(0, charsMax));
  let best = -1;
  matcher.scan(text, (mark) => {
    if (best < 0 || (orderOfMark[mark] as number) < (orderOfMark[best] as number)) best = mark;
  });
  const kind = best >= 0 ? kindOfMark[best] : endsAsBackup(path) ? "backup" : undefined;
  return kind === undefined ? -1 : probeKinds.indexOf(kind);
}

function endsAsBackup(path: string): boolean {
  const end = path.slice(-endingMax).toLowerCase();
  return backupEndings.some((ending) => end.endsWith(ending));
}

/** Percent-encoding undone once, "+" read as a blank; what does not decode stays as it is. */
function decoded(text: string): string {
  const blanks = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!blanks.includes("%")) return blanks;
  return blanks.replace(/%[0-9a-fA-F]{2}/g, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
}
