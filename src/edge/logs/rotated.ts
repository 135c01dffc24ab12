import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * The rotated siblings of a log: `access.log.1`, `access.log.2.gz`, `access.log-20260105.zst`,
 * `access-2026-01-05.log.gz` for `access.log`. The log itself is not among them.
 */
export async function rotatedSiblings(path: string): Promise<string[]> {
  const base = basename(path);
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name !== base && isRotationOf(name, base))
    .sort()
    .map((name) => join(folder, name));
}

function isRotationOf(name: string, base: string): boolean {
  const plain = name.replace(/\.(?:gz|zst)$/, "");
  const stamp = /^[.-]?\d[\d.T_-]*$/;
  if (plain.startsWith(base)) return stamp.test(plain.slice(base.length));
  const dot = base.lastIndexOf(".");
  if (dot <= 0) return false;
  const stem = base.slice(0, dot);
  const ending = base.slice(dot);
  return plain.startsWith(stem) && plain.endsWith(ending) && stamp.test(plain.slice(stem.length, -ending.length));
}
