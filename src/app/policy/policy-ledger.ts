import { createHash } from "node:crypto";
import { policyLimits } from "#core";
import type { RuleState } from "#policy";
import type { ControlStore } from "#store";
import type { RuleFile } from "./rule-files.ts";

/** The rules as they stood from one moment on: files and what was decided about single rules. */
export interface PolicyVersion {
  readonly number: number;
  /** Wall clock. */
  readonly at: number;
  readonly who: string;
  readonly why: string;
  readonly files: readonly RuleFile[];
  readonly states: Readonly<Record<string, RuleState>>;
}

/** A change to be written down. */
export interface PolicyChange {
  readonly at: number;
  readonly who: string;
  readonly operation: string;
  readonly why: string;
}

/** Every version of the rules, the newest in force. Written with its audit entry or not at all. */
export interface PolicyLedger {
  readonly newest: PolicyVersion | undefined;
  /** The oldest first. */
  versions(): readonly PolicyVersion[];
  add(change: PolicyChange, rules: Pick<PolicyVersion, "files" | "states">): PolicyVersion;
}

type Shelf = Pick<ControlStore, "change" | "documents">;

interface StoredVersion {
  readonly number: number;
  readonly at: number;
  readonly who: string;
  readonly why: string;
  readonly files: readonly { readonly file: string; readonly hash: string }[];
  readonly states: Readonly<Record<string, RuleState>>;
}

const versionsCollection = "policy-version";
const textsCollection = "policy-text";

/** Opens the versions kept in the control store; without one they live in memory until the gateway stops. */
export function openPolicyLedger(shelf: Shelf | undefined): PolicyLedger {
  const texts = new Map(shelf?.documents(textsCollection).map(({ id, body }) => [id, String(body)]));
  let versions = (shelf?.documents(versionsCollection) ?? [])
    .map(({ body }) => body as StoredVersion)
    .sort((a, b) => a.number - b.number);
  const open = ({ files, ...stored }: StoredVersion): PolicyVersion => ({
    ...stored,
    files: files.map(({ file, hash }) => ({ file, text: texts.get(hash) ?? "" })),
  });
  return {
    get newest() {
      const last = versions.at(-1);
      return last === undefined ? undefined : open(last);
    },
    versions: () => versions.map(open),
    add(change, rules) {
      const { at, who, why, operation } = change;
      const files = rules.files.map(({ file, text }) => ({ file, text, hash: hashOf(text) }));
      const stored: StoredVersion = {
        number: (versions.at(-1)?.number ?? 0) + 1,
        at,
        who,
        why,
        files: files.map(({ file, hash }) => ({ file, hash })),
        states: rules.states,
      };
      const kept = [...versions, stored].slice(-policyLimits.versionsMax.default);
      const gone = versions.filter((version) => !kept.includes(version));
      const fresh = files.filter(({ hash }) => !texts.has(hash));
      const used = new Set(kept.flatMap((version) => version.files.map(({ hash }) => hash)));
      const unused = [...texts.keys()].filter((hash) => !used.has(hash));
      shelf?.change({ at, who, operation, subject: JSON.stringify({ version: stored.number, why }) }, [
        ...fresh.map(({ hash, text }) => ({ collection: textsCollection, id: hash, body: text })),
        { collection: versionsCollection, id: idOf(stored), body: stored },
        ...unused.map((hash) => ({ collection: textsCollection, id: hash, body: null })),
        ...gone.map((version) => ({ collection: versionsCollection, id: idOf(version), body: null })),
      ]);
      for (const hash of unused) texts.delete(hash);
      for (const { hash, text } of fresh) texts.set(hash, text);
      versions = kept;
      return open(stored);
    },
  };
}

function idOf({ number }: StoredVersion): string {
  return String(number).padStart(9, "0");
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
