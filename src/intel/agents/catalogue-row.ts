import type { BotPurpose, BotVerification, DeclaredBot } from "#core";

/** One row of the hand-kept tables. */
export interface CatalogueRow {
  /** What its user agents contain, in any case, at the start of a word. A leading `^` or a trailing `$` anchors. */
  readonly tokens: readonly string[];
  readonly name: string;
  readonly operator: string;
  readonly purpose: BotPurpose;
  readonly documentation?: string;
  readonly ranges?: readonly string[];
  readonly domains?: readonly string[];
  readonly signatureAgent?: string;
}

/** A claim that cannot be checked. */
export const unverifiable: BotVerification = Object.freeze({ ranges: [], domains: [], signatureAgent: "" });

/** The shape that judgement sees of a row. */
export function declaredBotOf(row: CatalogueRow): DeclaredBot {
  const { name, operator, purpose, documentation = "", ranges = [], domains = [], signatureAgent = "" } = row;
  const verification = { ranges, domains, signatureAgent };
  return Object.freeze({ name, operator, purpose, documentation, verification: Object.freeze(verification) });
}
