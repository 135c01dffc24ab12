import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FoundProxy, ProxyKind } from "./machine.ts";

/** What is to be put into a proxy's configuration. */
export interface Snippet {
  readonly proxy: ProxyKind;
  /** Which part goes where, every line explained by its comment. */
  readonly sections: readonly { readonly where: string; readonly text: string }[];
  /** Files to be put beside the configuration, by name. */
  readonly files: Readonly<Record<string, string>>;
  /** What makes the proxy take it. */
  readonly reload: string;
}

/** The key of `beside` that a proxy asks at, with its usual port. */
export const doorOf: Readonly<Record<ProxyKind, { readonly key: string; readonly address: string }>> = {
  haproxy: { key: "haproxy", address: "127.0.0.1:9001" },
  nginx: { key: "nginx", address: "127.0.0.1:9002" },
  caddy: { key: "forwardAuth", address: "127.0.0.1:9003" },
  traefik: { key: "forwardAuth", address: "127.0.0.1:9003" },
  envoy: { key: "envoy", address: "127.0.0.1:9004" },
};

/** The same folder beside the source and beside what is built from it. */
const deploy = join(import.meta.dirname, "..", "..", "..", "deploy");

/**
 * The snippet for a proxy: cut out of the configuration under deploy/ that the connector suite runs, so that what is
 * handed out is what was tested.
 *
 * @param keyFile Where `gait serve` writes the key for nginx.
 */
export function snippetFor(
  { kind, njs, application }: Pick<FoundProxy, "kind" | "njs" | "application">,
  keyFile: string,
): Snippet {
  const read = (...path: string[]): string => readFileSync(join(deploy, ...path), "utf8");
  switch (kind) {
    case "nginx": {
      const text = read("nginx", njs ? "nginx-with-answers.conf" : "nginx.conf");
      const keyed = text.replace(/include gait-key\.conf;.*$/m, () => `include ${keyFile};`);
      const sections = sectionsOf(
        application === ""
          ? keyed
          : keyed.replaceAll("proxy_pass http://application;", () => `proxy_pass ${application};`),
      );
      return {
        proxy: kind,
        sections,
        files: njs ? { "gait.js": read("nginx", "gait.js") } : {},
        reload: "nginx -t && nginx -s reload",
      };
    }
    case "haproxy":
      return {
        proxy: kind,
        sections: sectionsOf(read("haproxy", "haproxy.cfg")),
        files: { "gait-spoe.conf": read("haproxy", "gait-spoe.conf") },
        reload: "haproxy -c -f /etc/haproxy/haproxy.cfg && systemctl reload haproxy",
      };
    case "caddy":
      return {
        proxy: kind,
        sections: sectionsOf(read("caddy", "Caddyfile")),
        files: {},
        reload: "caddy reload --config /etc/caddy/Caddyfile",
      };
    case "traefik":
      return {
        proxy: kind,
        sections: [{ where: "into a file that Traefik's file provider reads", text: read("traefik", "dynamic.yaml") }],
        files: {},
        reload: "nothing: Traefik watches its files",
      };
    case "envoy":
      return {
        proxy: kind,
        sections: [
          {
            where: "the parts named gait and ext_proc, into your listener and clusters",
            text: read("envoy", "envoy.yaml"),
          },
        ],
        files: {},
        reload: "restart Envoy, or let your control plane push it",
      };
  }
}

/** What stands between `# >>> gait: WHERE` and `# <<< gait`, moved to the left. */
function sectionsOf(text: string): Snippet["sections"] {
  return [...text.matchAll(/^([ \t]*)# >>> gait: (.*)\n([\s\S]*?)^[ \t]*# <<< gait$/gm)].map((match) => {
    const [, indent = "", where = "", body = ""] = match;
    const lines = body.split("\n").map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
    return { where, text: lines.join("\n") };
  });
}

/** The snippet as one file that a person reads from top to bottom. */
export function renderSnippet({ proxy, sections, files, reload }: Snippet): string {
  const beside = Object.keys(files).map((name) => `# Put ${name} beside your configuration.`);
  const parts = sections.map(({ where, text }) => `# ---- ${where} ----\n${text}`);
  return [`# Gait for ${proxy}. Then: ${reload}`, ...beside, "", ...parts].join("\n");
}
