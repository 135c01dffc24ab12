import { type Clock, GaitError, type Hashed, type Millis, type Verdict } from "#core";
import {
  createLanguage,
  createRuleSet,
  definitionOf,
  Guardrail,
  type GuardrailAlarm,
  type Language,
  type LifeStep,
  modeOf,
  type Rule,
  type RuleFacts,
  type RuleOutcome,
  type RuleSet,
  type RuleState,
  withState,
} from "#policy";
import { loadRules } from "./load-rules.ts";
import type { PolicyLedger, PolicyVersion } from "./policy-ledger.ts";
import { type RuleFile, type RuleSources, readRuleFiles } from "./rule-files.ts";
import { readLists } from "./value-lists.ts";

/** Rules ready to take effect; nothing has changed yet. */
export interface PreparedRules {
  /** Swaps them in whole. */
  commit(): void;
}

/** The rules of a running gateway: loaded, versioned, watched for what they do to people. */
export interface LivePolicy {
  readonly facts: RuleFacts;
  readonly language: Language;
  readonly ledger: PolicyLedger;
  /** In force now, those that act and those that watch. */
  readonly set: RuleSet;
  /** Those that may act: asked before a request is answered. */
  readonly acting: RuleSet;
  /** Those that only watch: asked when the answer is known. */
  readonly watching: RuleSet;
  /** Empty, or why the rules in force are not those of the files. */
  readonly degraded: string;
  /** Rules that were taken back by themselves, the newest last. */
  readonly alarms: readonly (GuardrailAlarm & { readonly at: number })[];
  /** Reads the files of a configuration. @throws GaitError `policy-files`, `policy-rules`; then nothing changes. */
  prepare(sources: RuleSources): PreparedRules;
  /** Puts a rule on a step of its life, as a new version. @throws GaitError `policy-unknown`. */
  move(name: string, step: LifeStep, by: MoveReason): PolicyVersion;
  /** Puts an older version in force again, as a new one. @throws GaitError `policy-unknown`. */
  rollback(number: number, by: { readonly who: string; readonly why: string }): PolicyVersion;
  /** Replaces or adds one file of rules, as a new version. @throws GaitError `policy-rules`. */
  apply(file: RuleFile, by: { readonly who: string; readonly why: string }): PolicyVersion;
  /** Takes a file that was applied out again, as a new version. @throws GaitError `policy-unknown`. */
  withdraw(file: string, by: { readonly who: string; readonly why: string }): PolicyVersion;
  /** Retires rules whose time is up, by the wall clock. */
  expire(now: Millis): void;
  tally(name: string): RuleTally;
  /** What was decided about a rule since it was written. */
  stateOf(name: string): RuleState | undefined;
  readonly files: readonly RuleFile[];
  /** Counts what the rules that may act did to a request's session, and takes back whatever harms people. */
  guard(outcome: RuleOutcome, judged: Verdict, session: Hashed): void;
  /** Counts what the rules that watch would have done. */
  tallyWatched(matched: readonly Rule[]): void;
}

/** Who moves a rule, why, and until when. */
export interface MoveReason {
  readonly who: string;
  readonly why: string;
  /** Wall clock; then the rule is retired. Absent: as before. */
  readonly expiresAt?: number | undefined;
}

/** How often a rule matched and acted since the gateway started. */
export interface RuleTally {
  readonly matched: number;
  readonly acted: number;
}

/** What policy is opened with. */
export interface PolicyParts {
  readonly facts: RuleFacts;
  readonly ledger: PolicyLedger;
  readonly clock: Clock;
}

interface Content {
  readonly files: readonly RuleFile[];
  readonly states: Readonly<Record<string, RuleState>>;
}

const alarmsMax = 100;

/**
 * Opens the rules with the newest version kept, or with the files of the first configuration. A file that cannot be
 * loaded at start leaves the last good version in force and says so. @throws GaitError when there is none.
 */
export function openPolicy(first: RuleSources, parts: PolicyParts): LivePolicy {
  return new Policy(first, parts);
}

class Policy implements LivePolicy {
  readonly facts: RuleFacts;
  readonly language: Language;
  readonly ledger: PolicyLedger;
  readonly alarms: (GuardrailAlarm & { readonly at: number })[] = [];
  set: RuleSet;
  acting: RuleSet;
  watching: RuleSet;
  degraded = "";
  readonly #clock: Clock;
  readonly #guardrail = new Guardrail();
  readonly #tallies = new Map<string, { matched: number; acted: number }>();
  #content: Content;
  #guarded: readonly Rule[] = [];

  constructor(first: RuleSources, { facts, ledger, clock }: PolicyParts) {
    this.facts = facts;
    this.ledger = ledger;
    this.#clock = clock;
    this.language = createLanguage(facts.vocabulary);
    this.#content = ledger.newest ?? { files: [], states: {} };
    this.set = createRuleSet([], facts.vocabulary, 0);
    this.acting = this.set;
    this.watching = this.set;
    try {
      this.prepare(first).commit();
    } catch (error) {
      if (!(error instanceof GaitError) || ledger.newest === undefined) throw error;
      this.#swap(this.#content, loadRules(this.#content.files, this.language));
      this.degraded = `started with the last good rules (version ${ledger.newest.number}): ${error.message}`;
    }
  }

  prepare(sources: RuleSources): PreparedRules {
    const files = readRuleFiles(sources);
    // What was applied or proposed while serving stays beside the files, and before them.
    const all = [...this.#content.files.filter(isApplied), ...files];
    const rules = loadRules(all, this.language);
    const lists = readLists(sources.lists ?? {});
    return {
      commit: () => {
        this.degraded = "";
        this.facts.listWith(lists);
        // Files that nobody touched do not undo what was decided since they were read.
        if (this.#isAsRead(files)) this.#swap(this.#content, loadRules(this.#content.files, this.language));
        else this.#keep({ files: all, states: this.#content.states }, rules, { who: "files", why: "read from files" });
      },
    };
  }

  tally(name: string): RuleTally {
    return this.#tallies.get(name) ?? { matched: 0, acted: 0 };
  }

  stateOf(name: string): RuleState | undefined {
    return this.#content.states[name];
  }

  get files(): readonly RuleFile[] {
    return this.#content.files;
  }

  move(name: string, step: LifeStep, by: MoveReason): PolicyVersion {
    const { who, why, expiresAt = this.#content.states[name]?.expiresAt } = by;
    const rule = this.set.rules.find((one) => one.name === name);
    if (rule === undefined) throw unknown(`there is no rule "${name}"`);
    const decided = { ...modeOf(step), at: this.#clock.now(), who, why, definition: definitionOf(rule) };
    const state = expiresAt === undefined ? decided : { ...decided, expiresAt };
    this.#guardrail.forget(name);
    const content = { files: this.#content.files, states: { ...this.#content.states, [name]: state } };
    return this.#keep(content, this.set.rules, { who, why: `${name} to ${step}: ${why}` });
  }

  rollback(number: number, { who, why }: { readonly who: string; readonly why: string }): PolicyVersion {
    const version = this.ledger.versions().find((one) => one.number === number);
    if (version === undefined) throw unknown(`there is no version ${number}`);
    const rules = loadRules(version.files, this.language);
    return this.#keep(version, rules, { who, why: `back to version ${number}: ${why}` });
  }

  apply(file: RuleFile, { who, why }: { readonly who: string; readonly why: string }): PolicyVersion {
    const others = this.#content.files.filter((one) => one.file !== file.file);
    const files = [file, ...others];
    return this.#keep({ files, states: this.#content.states }, loadRules(files, this.language), { who, why });
  }

  withdraw(file: string, { who, why }: { readonly who: string; readonly why: string }): PolicyVersion {
    const files = this.#content.files.filter((one) => one.file !== file);
    if (!file.startsWith("own/") || files.length === this.#content.files.length)
      throw unknown(`nothing was applied as "${file.replace(/^own./, "")}"`);
    return this.#keep({ files, states: this.#content.states }, loadRules(files, this.language), { who, why });
  }

  expire(now: Millis): void {
    for (const [name, { expiresAt, mode }] of Object.entries(this.#content.states)) {
      if (expiresAt === undefined || expiresAt > now || mode === "retired") continue;
      this.move(name, "retired", { who: "clock", why: "its time was up" });
    }
  }

  tallyWatched(matched: readonly Rule[]): void {
    for (const { name } of matched) this.#count(name, false);
  }

  guard(outcome: RuleOutcome, judged: Verdict, session: Hashed): void {
    const { acting, matched } = outcome;
    for (const rule of matched) this.#count(rule.name, rule === acting);
    if (this.#guarded.length === 0 || judged.kind !== "human" || acting?.does?.action === "allow") return;
    for (const rule of this.#guarded) {
      const alarm = this.#guardrail.note(rule.name, session, matched.includes(rule) ? "hit" : "spared");
      if (alarm !== undefined) this.#takeBack(alarm);
    }
  }

  #count(name: string, acts: boolean): void {
    let tally = this.#tallies.get(name);
    if (tally === undefined) {
      tally = { matched: 0, acted: 0 };
      this.#tallies.set(name, tally);
    }
    tally.matched++;
    if (acts) tally.acted++;
  }

  #takeBack(alarm: GuardrailAlarm): void {
    const { rule, hit, humanSessions } = alarm;
    this.alarms.push({ ...alarm, at: this.#clock.now() });
    if (this.alarms.length > alarmsMax) this.alarms.shift();
    const why = `taken back by itself: it hit ${hit} of ${humanSessions} sessions of people`;
    try {
      this.move(rule, "watch", { who: "guardrail", why });
    } catch {
      // A store that cannot write must not keep a harmful rule in force.
      const definition = this.set.rules.filter(({ name }) => name === rule).map(definitionOf)[0] ?? "";
      const state = { ...modeOf("watch"), at: this.#clock.now(), who: "guardrail", why, definition };
      this.#swap({ ...this.#content, states: { ...this.#content.states, [rule]: state } }, this.set.rules);
      this.degraded = `${rule} was ${why}; that could not be written down`;
    }
  }

  #isAsRead(files: readonly RuleFile[]): boolean {
    const last = this.ledger.versions().findLast(({ who }) => who === "files");
    const read = last?.files.filter((one) => !isApplied(one));
    if (read === undefined || read.length !== files.length) return false;
    return files.every(({ file, text }, i) => read[i]?.file === file && read[i]?.text === text);
  }

  /** Written down first: what cannot be recorded does not take effect. */
  #keep(
    content: Content,
    rules: readonly Rule[],
    { who, why }: { readonly who: string; readonly why: string },
  ): PolicyVersion {
    const version = this.ledger.add({ at: this.#clock.now(), who, why, operation: "policy" }, content);
    this.#swap(content, rules);
    return version;
  }

  #swap(content: Content, rules: readonly Rule[]): void {
    const inForce = rules.map((rule) => withState(rule, content.states[rule.name]));
    const [{ vocabulary }, revision] = [this.facts, this.ledger.newest?.number ?? 0];
    this.set = createRuleSet(inForce, vocabulary, revision);
    this.acting = createRuleSet(inForce.filter(mayAct), vocabulary, revision);
    this.watching = createRuleSet(
      inForce.filter(({ mode }) => mode === "watch"),
      vocabulary,
      revision,
    );
    this.facts.follow(this.set.reads);
    // What only watches waits for the answer, so that no request waits for it; what acts must know at once.
    this.facts.moveWith(this.acting.rules.length > 0 ? "request" : "answer");
    this.#content = content;
    // What a file says outright is its author's word and is not taken back; what was approved step by step is.
    this.#guarded = inForce.filter(
      (rule) =>
        harms(rule) && (rule.mode === "canary" || (rule.mode === "enforce" && content.states[rule.name] !== undefined)),
    );
  }
}

/** Files that came over the admin plane or from Gait itself, not from a directory. */
function isApplied({ file }: RuleFile): boolean {
  return file.startsWith("own/") || file.startsWith("proposals/");
}

function mayAct({ mode }: Rule): boolean {
  return mode === "enforce" || mode === "canary";
}

/** Whether a rule does something to somebody. */
export function harms({ does }: Rule): boolean {
  return does !== undefined && !["allow", "tag", "log"].includes(does.action);
}

function unknown(message: string): GaitError {
  return new GaitError("policy-unknown", `${message}; gait policy list shows what there is`, { exitCode: 3 });
}
