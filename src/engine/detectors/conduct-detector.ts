import type { Signal } from "#core";
import type { PrevalencePrior } from "../statistics/index.ts";

/** What one live session has shown of how its steps are made. Filled again and again; keep nothing of it. */
export interface ConductCase {
  /** Pages, and those reached by a link of the page before or of an earlier one. */
  readonly pages: number;
  readonly straight: number;
  readonly backs: number;
  /** Pages asked for within a second of another one and linked from none. */
  readonly tabs: number;
  /** Texts made for programs: llms.txt, Markdown versions, robots.txt and site maps before the first page. */
  readonly texts: number;
  /** Forms with several fields sent from a page, and those sent within a second of it. */
  readonly forms: number;
  readonly hasty: number;
  /** Sub-resources asked for after the one before was answered, and while one was being answered. */
  readonly partsInTurn: number;
  readonly partsTogether: number;
  readonly pictures: number;
  readonly otherParts: number;
  /** Searches by a written address, without a link from a page of the site. */
  readonly searches: number;
  /** Pairs of (bytes of a page, pause after it), and the correlation of their logarithms. */
  readonly dwells: number;
  readonly dwellCorrelation: number;
}

/** What a tell found, before it is bounded by how common it is here. */
export interface ConductFinding {
  readonly nats: number;
  readonly evidence: Signal["evidence"];
}

/** One way in which an agent's steps are made unlike a person's. Remembers nothing. */
export interface ConductDetector {
  readonly name: string;
  readonly axis: "conduct";
  readonly group: "conduct";
  /** How common it is among people until this application's visitors have shown it. */
  readonly prior: PrevalencePrior;
  /** Whether the session had the occasion: only then it teaches how common the tell is. */
  able(subject: ConductCase): boolean;
  inspect(subject: ConductCase): ConductFinding | undefined;
}

/** Design value for tells that nobody has counted: one session in fifty. */
export const uncounted: PrevalencePrior = {
  rate: 0.02,
  sessions: 60,
  source: "design; replaced by this application's visitors",
};
