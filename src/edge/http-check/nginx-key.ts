import { createHash } from "node:crypto";
import type { HashKey } from "#core";

/**
 * The key by which one connector hashes cookie values, derived from the installation's. Another one, because a proxy
 * prints its whole configuration when asked (`nginx -T`): who has that print can neither read nor forge what Gait
 * remembers under its own key.
 */
export function connectorKey(key: HashKey, connector: string): HashKey {
  const digest = createHash("sha256")
    .update(`gait connector ${connector} ${hex(key)}`)
    .digest();
  return { k0: digest.readInt32LE(0), k1: digest.readInt32LE(4) };
}

/** The file that deploy/nginx/nginx-with-answers.conf includes; readable by its owner alone. */
export function renderNginxKey(key: HashKey): string {
  return `# Written by gait serve: the key by which nginx hashes the cookies of answers. Keep it secret (mode 0600).\nmap "" $gait_key { default "${hex(key)}"; }\n`;
}

function hex({ k0, k1 }: HashKey): string {
  return [k0, k1].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}
