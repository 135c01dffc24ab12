import { z } from "zod";
import { durationText, fileText, listenTcpText, nameText } from "./scalars.ts";

/** Doors that tell of what is over: logs, syslog, batches. */
export interface PassiveConfig {
  readonly application: string;
  readonly logs: readonly string[];
  readonly format: string;
  readonly syslog?: string | undefined;
  readonly syslogTls?: { readonly address: string; readonly certFile: string; readonly keyFile: string } | undefined;
  readonly ingest?: { readonly listen: string; readonly tokenFile: string } | undefined;
}

/** Where decisions are offered to others. */
export interface PublishConfig {
  readonly listen?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly nginxMap?: string | undefined;
  readonly haproxyMap?: string | undefined;
  readonly lifetime: string;
}

/** Section `passive`. */
export const passiveSection: z.ZodType<PassiveConfig> = z.strictObject({
  application: nameText.default("default").meta({ description: "Name of the application, shown in verdicts." }),
  logs: z
    .array(fileText)
    .max(64)
    .default([])
    .meta({
      description: "Access logs to follow as they grow, over rotation.",
      examples: [["/var/log/nginx/access.log"]],
    }),
  format: z.string().min(1).max(4_096).default("auto").meta({
    description:
      "Format of log lines: a name that `gait replay --format` takes, the server's own format string, or `auto`.",
  }),
  syslog: listenTcpText.optional().meta({
    description: "ADDRESS:PORT that takes access-log lines by syslog (RFC 5424, RFC 3164) over UDP and TCP.",
    examples: ["127.0.0.1:5514"],
  }),
  syslogTls: z
    .strictObject({
      address: listenTcpText.meta({ description: "ADDRESS:PORT." }),
      certFile: fileText.meta({ description: "PEM file with the certificate and its chain." }),
      keyFile: fileText.meta({ description: "PEM file with the private key." }),
    })
    .optional()
    .meta({ description: "The same over TLS (RFC 5425)." }),
  ingest: z
    .strictObject({
      listen: listenTcpText.meta({ description: "ADDRESS:PORT.", examples: ["127.0.0.1:9190"] }),
      tokenFile: fileText.meta({ description: "File (mode 0600) with the bearer token. At least 32 characters." }),
    })
    .optional()
    .meta({ description: "HTTP endpoint for batches: `POST /v1/exchanges` and product events at `POST /v1/events`." }),
});

/** Section `publish`. */
export const publishSection: z.ZodType<PublishConfig> = z.strictObject({
  listen: listenTcpText.optional().meta({
    description:
      "ADDRESS:PORT where readers fetch decisions: `/decisions`, and CrowdSec's bouncer protocol at `/v1/decisions`.",
    examples: ["127.0.0.1:9191"],
  }),
  keyFile: fileText.optional().meta({
    description:
      "File (mode 0600) with the readers' keys (`X-Api-Key`), one a line, one for each reader. At least 32 characters each.",
  }),
  nginxMap: fileText.optional().meta({
    description: "File to write for nginx, to be included in a `geo` block.",
    examples: ["/etc/nginx/gait-decisions.conf"],
  }),
  haproxyMap: fileText.optional().meta({
    description: "File to write for HAProxy, to be used with `map_ip`.",
    examples: ["/etc/haproxy/gait-decisions.map"],
  }),
  lifetime: durationText.default("4h").meta({
    description: "How long an address that the engine published stands. An operator's word stands as long as he said.",
  }),
});
