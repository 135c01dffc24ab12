import { spawnSync } from "node:child_process";
import { appendFileSync, copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where the package keeps its scenarios. */
export const crowdsecHub = "/usr/share/crowdsec/hub";
const crowdsecScenarios = [
  "backdoors-attempts",
  "bad-user-agent",
  "bf-wordpress_bf",
  "crawl-non_statics",
  "generic-bf",
  "path-traversal-probing",
  "probing",
  "sensitive-files",
  "sqli-probing",
];

/** A CrowdSec of its own: nginx parser, nine HTTP scenarios of the packaged hub, local API on loopback, no network. */
export function crowdsecHome(folder: string): string {
  const home = join(folder, "crowdsec");
  const conf = join(home, "conf");
  const parsers = {
    "s00-raw": ["syslog-logs"],
    "s01-parse": ["nginx-logs"],
    "s02-enrich": ["http-logs", "dateparse-enrich"],
  };
  for (const path of ["conf/scenarios", "conf/patterns", "conf/notifications", "data", "hub", "log"]) {
    mkdirSync(join(home, path), { recursive: true });
  }
  for (const [stage, names] of Object.entries(parsers)) {
    mkdirSync(join(conf, "parsers", stage), { recursive: true });
    for (const name of names)
      copyFileSync(
        `${crowdsecHub}/parsers/${stage}/crowdsecurity/${name}.yaml`,
        join(conf, "parsers", stage, `${name}.yaml`),
      );
  }
  for (const name of crowdsecScenarios)
    copyFileSync(
      `${crowdsecHub}/scenarios/crowdsecurity/http-${name}.yaml`,
      join(conf, "scenarios", `http-${name}.yaml`),
    );
  for (const name of readdirSync("/etc/crowdsec/patterns"))
    copyFileSync(`/etc/crowdsec/patterns/${name}`, join(conf, "patterns", name));
  for (const name of ["profiles.yaml", "simulation.yaml"]) copyFileSync(`/etc/crowdsec/${name}`, join(conf, name));
  for (const name of readdirSync("/usr/share/crowdsec/data"))
    copyFileSync(`/usr/share/crowdsec/data/${name}`, join(home, "data", name));
  copyFileSync("/usr/share/crowdsec/data/path_traversal.txt", join(home, "data", "http_path_traversal.txt"));
  writeFileSync(join(home, "hub", ".index.json"), '{"parsers":{},"scenarios":{},"collections":{},"postoverflows":{}}');
  writeFileSync(join(conf, "acquis.yaml"), "");
  writeFileSync(join(conf, "local_api_credentials.yaml"), "");
  const config = join(conf, "config.yaml");
  appendFileSync(
    config,
    `common: {daemonize: false, log_media: file, log_level: error, log_dir: ${home}/log/, working_dir: ${home}}
config_paths: {config_dir: ${conf}/, data_dir: ${home}/data/, simulation_path: ${conf}/simulation.yaml, hub_dir: ${home}/hub/, index_path: ${home}/hub/.index.json, notification_dir: ${conf}/notifications/, plugin_dir: /usr/lib/crowdsec/plugins/}
crowdsec_service: {acquisition_path: ${conf}/acquis.yaml, parser_routines: 1}
cscli: {output: human, color: auto}
db_config: {log_level: error, type: sqlite, db_path: ${home}/data/crowdsec.db, flush: {max_items: 5000, max_age: 7d}}
api:
  client: {insecure_skip_verify: false, credentials_path: ${conf}/local_api_credentials.yaml}
  server: {log_level: error, listen_uri: "127.0.0.1:18080", profiles_path: ${conf}/profiles.yaml}
prometheus: {enabled: false}
`,
  );
  const added = spawnSync("cscli", ["-c", config, "machines", "add", "-a"]);
  if (added.status !== 0) throw new Error(`cscli machines add ended with ${added.status}: ${added.stderr}`);
  return config;
}
