import { z } from "zod";
import { workerLimits } from "#core";
import { agentsSection } from "./agents-section.ts";
import { alertsSection } from "./alerts-section.ts";
import { appealsSection } from "./appeals-section.ts";
import type { ApplicationConfig, Config, RouteConfig, UpstreamConfig } from "./config.ts";
import { limitsSection } from "./limits-section.ts";
import { passiveSection, publishSection } from "./passive-section.ts";
import { policySection } from "./policy-section.ts";
import {
  byteSize,
  durationText,
  fileText,
  headerText,
  hostText,
  listenTcpText,
  listenText,
  methodText,
  nameText,
  networkText,
  pathText,
  upstreamText,
} from "./scalars.ts";
import { signOnSection } from "./sign-on-section.ts";
import { storeSection } from "./store-section.ts";

const mode = z.enum(["observe", "enforce"]);
const failMode = z.enum(["open", "closed"]);

const listener = z.strictObject({
  address: listenTcpText.meta({ description: "ADDRESS:PORT." }),
  proxyProtocol: z.boolean().default(false).meta({
    description: "A PROXY protocol header (version 1 or 2) comes first. Only `trustedProxies` may connect.",
  }),
  reusePort: z.boolean().default(false).meta({
    description:
      "Lets another process listen on the same address at the same time (SO_REUSEPORT), to take over from this one.",
  }),
  tls: z.boolean().default(true).meta({
    description:
      "Whether TLS is spoken here where `tls` is configured. `false`: cleartext, for port 80 beside port 443.",
  }),
});

const upstreamObject: z.ZodType<UpstreamConfig> = z.strictObject({
  urls: z.array(upstreamText).min(1).max(64).meta({ description: "One URL per server." }),
  reuse: z.enum(["never", "same-client", "shared"]).default("same-client").meta({
    description:
      "Whether a connection to the origin may carry requests of several clients. `shared` is fastest and asks for an origin that parses strictly.",
  }),
  protocol: z.enum(["http1", "http2"]).default("http1").meta({
    description:
      "`http2`: HTTP/2 (over TLS, or cleartext by prior knowledge), for gRPC. One session serves all clients, so `reuse` does not apply; WebSockets need `http1`.",
  }),
  tls: z
    .strictObject({
      caFile: fileText.optional().meta({
        description: "PEM file of the authorities that may sign for the servers. Default: those that Node trusts.",
      }),
      serverName: hostText.optional().meta({
        description: "Name that is asked for and must stand in the certificate. Default: the host of the URL.",
        examples: ["api.internal"],
      }),
    })
    .optional()
    .meta({ description: "How servers with `https` URLs are recognised. They always are." }),
  balance: z
    .enum(["least-loaded", "round-robin"])
    .default("least-loaded")
    .meta({ description: "How servers are chosen." }),
  health: z
    .strictObject({
      path: pathText.meta({ description: "Answered with 2xx or 3xx by a healthy server." }),
      interval: durationText.default("5s").meta({ description: "Time between checks." }),
      timeout: durationText.default("2s").meta({ description: "A slower answer counts as none." }),
    })
    .optional()
    .meta({ description: "Active health checks. Without them only failures in traffic count." }),
});

const upstream = z.union([upstreamText, upstreamObject]);

const application: z.ZodType<ApplicationConfig> = z.strictObject({
  name: nameText.meta({ description: "Shown in verdicts and metrics.", examples: ["shop"] }),
  hosts: z
    .array(hostText)
    .max(1_000)
    .default([])
    .meta({
      description: "Host names that belong to it, `*.` in front for every subdomain. Empty: every host.",
      examples: [["shop.example", "*.shop.example"]],
    }),
  paths: z
    .array(pathText)
    .max(1_000)
    .default([])
    .meta({
      description: "Paths that belong to it, with everything below them. Empty: every path.",
      examples: [["/api"]],
    }),
  upstream: upstream.meta({ description: "Where its requests go.", examples: ["http://127.0.0.1:3000"] }),
  tags: z
    .array(nameText)
    .max(32)
    .default([])
    .meta({ description: "Words that rules can ask for.", examples: [["payment"]] }),
  mode: mode.optional().meta({ description: "Overrides the general `mode`." }),
});

const route: z.ZodType<RouteConfig> = z.strictObject({
  paths: z
    .array(pathText)
    .min(1)
    .max(256)
    .meta({ description: "Paths, with everything below them.", examples: [["/login"]] }),
  methods: z
    .array(methodText)
    .max(32)
    .default([])
    .meta({ description: "Empty: every method.", examples: [["POST"]] }),
  failMode: failMode
    .optional()
    .meta({ description: "What happens when the engine cannot judge: `open` lets pass, `closed` answers 503." }),
  bodyBytesMax: byteSize
    .optional()
    .meta({ description: "A longer request body is refused with 413.", examples: ["64KB"] }),
  tags: z
    .array(nameText)
    .max(32)
    .optional()
    .meta({
      description: "What these endpoints are for: rules for these tags apply. Replaces the guess.",
      examples: [["login"]],
    }),
});

const certificate = z.strictObject({
  certFile: fileText.meta({ description: "PEM file with the certificate and its chain." }),
  keyFile: fileText.meta({ description: "PEM file with the private key; readable by its owner alone." }),
});

const enforce = z.strictObject({
  basis: z.enum(["prior", "certified"]).default("prior").meta({
    description:
      "`prior`: act on convictions from the first hour. `certified`: act only within a false-positive bound that was earned on this site's own traffic.",
  }),
  falsePositivesPerDay: z.number().min(0).max(1_000_000).default(1).meta({
    description:
      "The budget: how many people may be stopped wrongly per day, at most, under a certified bound. Of 10,000 sessions, as many as that: 1 acts within a bound of 1e-4, 10 within 1e-3.",
  }),
});

const admin = z.strictObject({
  listen: z
    .union([listenText, z.literal(false)])
    .default("127.0.0.1:9180")
    .meta({
      description:
        "Status page, `/metrics`, `/livez` and `/readyz`. Beyond loopback only with `tokenFile`. `false`: none.",
    }),
  socket: fileText.optional().meta({
    description:
      "Unix socket (mode 0600) through which the command line speaks to the gateway. Default: `admin.sock` in `store.path`.",
  }),
  tokenFile: fileText.optional().meta({
    description: "File (mode 0600) with the bearer token that the admin listener asks for. At least 32 characters.",
    examples: ["/etc/gait/admin.token"],
  }),
  hosts: z
    .array(hostText)
    .max(64)
    .default([])
    .meta({
      description: "Further host names under which the status page may be opened; others are refused (DNS rebinding).",
      examples: [["gait.internal"]],
    }),
  mcp: z.enum(["off", "read", "write"]).default("read").meta({
    description:
      "Tools for language models at `/mcp` of the admin listener, for whoever holds an API token: those that only read, or those that change, too. Needs the package `@modelcontextprotocol/server` beside Gait.",
  }),
  signOn: signOnSection.optional().meta({
    description:
      "Signing in at the console through your identity provider (OpenID Connect). Needs the package `openid-client` beside Gait.",
  }),
});

const accessLog = z.strictObject({
  path: fileText.meta({ description: "File to append to.", examples: ["/var/log/gait/access.log"] }),
  format: z.enum(["combined", "json"]).default("combined").meta({ description: "Form of a line." }),
});

const addressList = z.strictObject({
  name: nameText.meta({ description: "Shown in verdicts.", examples: ["data-centres"] }),
  category: z
    .enum(["hosting", "vpn", "proxy", "tor", "mobile-gateway", "corporate-nat", "listed"])
    .meta({ description: "What the list says about its addresses." }),
  source: z
    .string()
    .min(1)
    .max(2_048)
    .meta({
      description: "https URL that `gait intel update` fetches, or a local file.",
      examples: ["https://lists.example/data-centres.txt"],
    }),
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/)
    .optional()
    .meta({ description: "The only content accepted." }),
});

const intel = z.strictObject({
  lists: z.array(addressList).max(31).default([]).meta({ description: "Address lists. Text, one a line, or JSON." }),
  databases: z
    .array(fileText)
    .max(8)
    .default([])
    .meta({
      description: "MMDB files (GeoLite2, DB-IP, IPinfo): country, city, autonomous system.",
      examples: [["/var/lib/gait/GeoLite2-ASN.mmdb"]],
    }),
  botRanges: z.boolean().default(true).meta({
    description: "Whether `gait intel update` fetches the address ranges that bots' operators publish.",
  }),
  maximumAge: durationText.default("14d").meta({ description: "Older lists raise an alarm; they stay in use." }),
});

const beside = z.strictObject({
  application: nameText.default("default").meta({ description: "Name of the application, shown in verdicts." }),
  haproxy: listenTcpText.optional().meta({
    description: "ADDRESS:PORT where HAProxy asks over SPOE. The most complete: answers and cookies are seen, too.",
    examples: ["127.0.0.1:9001"],
  }),
  nginx: listenTcpText.optional().meta({
    description:
      "ADDRESS:PORT where nginx asks by `auth_request` (TCP) and reports answers by its njs module (UDP). Without the module answers are not seen: the cookie axes are off.",
    examples: ["127.0.0.1:9002"],
  }),
  envoy: listenTcpText.optional().meta({
    description:
      "ADDRESS:PORT where Envoy asks over gRPC: `ext_proc` (answers and cookies are seen, too) or `ext_authz` (requests only).",
    examples: ["127.0.0.1:9004"],
  }),
  envoyHttp: listenTcpText.optional().meta({
    description: "ADDRESS:PORT where Envoy asks by `ext_authz` over HTTP. Answers are not seen.",
    examples: ["127.0.0.1:9005"],
  }),
  forwardAuth: listenTcpText.optional().meta({
    description: "ADDRESS:PORT where Caddy (`forward_auth`) or Traefik (`forwardAuth`) ask. Answers are not seen.",
    examples: ["127.0.0.1:9003"],
  }),
});

/** The one strict schema of `gait.yaml`: unknown keys are mistakes. What spans several keys is checked in consistency.ts. */
export const configSchema: z.ZodType<Config> = z
  .strictObject({
    listen: z
      .union([
        listenTcpText,
        listener,
        z
          .array(z.union([listenTcpText, listener]))
          .min(1)
          .max(64),
      ])
      .default("127.0.0.1:8080")
      .meta({
        description: "Where clients reach the gateway: ADDRESS:PORT, one or several.",
        examples: ["0.0.0.0:80"],
      }),
    workers: z
      .number()
      .int()
      .min(0)
      .max(workerLimits.workersMax.default)
      .default(0)
      .meta({
        description:
          "Threads that carry traffic on the listening ports, beside the one that judges: one per further core. 0 or 1: one thread does both.",
        examples: [3],
      }),
    upstream: upstream.optional().meta({
      description: "Where requests go, when there is one application. `applications` says it for several.",
      examples: ["http://127.0.0.1:3000"],
    }),
    applications: z.array(application).max(1_000).default([]).meta({
      description: "What is protected: which requests belong to it and where they go. The first match wins.",
    }),
    beside: beside.optional().meta({
      description:
        "Gait beside the proxy you already run: it asks about each request. Configurations for it are under deploy/. Needs no `upstream`.",
    }),
    passive: passiveSection.optional().meta({
      description:
        "Doors that tell of what is over: growing logs, syslog, batches over HTTP. Nothing can be done to those requests; `publish` tells proxies what to refuse next. Needs no `upstream`.",
    }),
    appeals: appealsSection.optional(),
    publish: publishSection.optional().meta({
      description: "Decisions about addresses offered to proxies and firewalls. They act in `mode: enforce` only.",
    }),
    tls: z
      .union([certificate, z.array(certificate).min(1).max(1_000)])
      .optional()
      .meta({
        description:
          "Certificates by which listeners speak TLS. The client's server name chooses; the first is the default.",
      }),
    trustedProxies: z
      .array(networkText)
      .max(10_000)
      .default([])
      .meta({
        description: "Addresses and networks whose `X-Forwarded-*`, `Forwarded` and PROXY headers are believed.",
        examples: [["10.0.0.0/8"]],
      }),
    presentationHeaders: z
      .strictObject({
        ja4: headerText.optional().meta({ description: "JA4 of the client's TLS hello.", examples: ["X-JA4"] }),
        h2: headerText.optional().meta({
          description: "The client's HTTP/2 settings, window, priorities and pseudo-header order, in Akamai's layout.",
          examples: ["X-H2-Fingerprint"],
        }),
      })
      .optional()
      .meta({
        description:
          "Headers in which `trustedProxies` tell how the client presented itself. From anybody else they are dropped.",
      }),
    mode: mode.default("observe").meta({ description: "`observe` judges and records; `enforce` acts." }),
    enforce: enforce.prefault({}).meta({ description: "What `mode: enforce` acts on." }),
    failMode: failMode.default("open").meta({
      description:
        "What happens when the engine cannot judge: `open` lets pass, `closed` answers 503. Routes may differ.",
    }),
    routes: z
      .array(route)
      .max(1_000)
      .default([])
      .meta({ description: "What differs for some paths. The first match wins." }),
    policy: policySection.prefault({}).meta({ description: "The operator's own word." }),
    agents: agentsSection.prefault({}).meta({ description: "What agents and declared bots may do." }),
    intel: intel.prefault({}).meta({ description: "What is known about networks." }),
    alerts: alertsSection.prefault({}).meta({ description: "Who is told when something needs a person." }),
    admin: admin.prefault({}).meta({ description: "How the gateway itself is reached." }),
    store: storeSection.prefault({}).meta({ description: "Where and how long the gateway remembers." }),
    accessLog: accessLog
      .optional()
      .meta({ description: "One line per request, for other tools. Credentials are masked." }),
    limits: limitsSection(),
  })
  .meta({ title: "Gait configuration", description: "Configuration of the Gait gateway (gait.yaml)." });
