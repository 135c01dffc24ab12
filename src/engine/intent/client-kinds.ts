import type { Exchange, Hashed, Millis } from "#core";
import { heldCount } from "../ledger/cookie-store.ts";
import type { ClientKind } from "../ledger/ledger-application.ts";
import type { SessionSlab } from "../ledger/session-slab.ts";
import { byteAt, intentByte, wordAt } from "./intent-words.ts";
import { factBit } from "./step-facts.ts";
import { Votes } from "./votes.ts";

/** Bits of the word "last": began with a credential; its way has a vote today; its way was refused one. */
const credentialBit = 2;
const wayTeaches = 4;
const wayAsked = 8;
/** Credentials remembered as handed out by a log-in. */
const handedOutMax = 4_096;
const browserFacts = factBit("page-seen") | factBit("sub-resource");

/** Whether the way of an app or a program teaches what follows what among its kind. */
export function wayCounts(slab: SessionSlab, slot: number): boolean {
  return ((slab.words[wordAt(slot, "last")] ?? 0) & wayTeaches) !== 0;
}

/**
 * Kinds of client by flow, never by user agent: whoever was shown a page or loaded a part of one is a browser or wants
 * to be one. Whoever begins with a credential that no log-in seen here handed out, takes no sensitive step and holds no
 * cookie is a program with a key of its own; the rest is judged as a native app would be. Posing as a program is of no
 * use: it holds no cookie that could be charged, and takes no step. An app that begins with a credential from before a
 * restart is taken for a program until it logs in again.
 */
export class ClientKinds {
  readonly #slab: SessionSlab;
  /** Credentials that came from sessions which had logged in: an app's, not a key made for a program. */
  readonly #handedOut: Float64Array = new Float64Array(handedOutMax);
  readonly #votes: Votes = new Votes();

  constructor(slab: SessionSlab) {
    this.#slab = slab;
  }

  kindOf(slot: number): ClientKind {
    const { words, bytes } = this.#slab;
    if (((words[wordAt(slot, "facts")] ?? 0) & browserFacts) !== 0) return "web";
    if (((words[wordAt(slot, "last")] ?? 0) & credentialBit) === 0) return "native";
    const step = bytes[byteAt(slot, intentByte.steps)] ?? 0;
    return step === 0 && heldCount(this.#slab, slot) === 0 ? "api" : "native";
  }

  /** Notes whether a session begins with a credential, and which credentials follow a log-in. Before its visit is noted. */
  credential(slot: number, token: Hashed): void {
    const { words, bytes } = this.#slab;
    const at = wordAt(slot, "last");
    if ((bytes[byteAt(slot, intentByte.steps)] ?? 0) !== 0) this.#handedOut[token % handedOutMax] = token;
    else if ((bytes[byteAt(slot, intentByte.visits)] ?? 0) === 0 && this.#handedOut[token % handedOutMax] !== token)
      words[at] = ((words[at] ?? 0) | credentialBit) >>> 0;
  }

  /**
   * Apps and programs load no pages that could vouch for them: the way of one that the application lets in teaches what
   * follows what among its kind, one vote per account or credential and day. It teaches nothing else, and nothing is
   * judged by it.
   */
  vouchWay(slot: number, { account, token }: Pick<Exchange["request"], "account" | "token">, now: Millis): void {
    const voter = account || token;
    if (voter === 0) return;
    const { words } = this.#slab;
    const at = wordAt(slot, "last");
    const packed = words[at] ?? 0;
    if ((packed & (wayTeaches | wayAsked)) !== 0 || this.kindOf(slot) === "web") return;
    words[at] = (packed | (this.#votes.admit(voter, 0, now) > 0 ? wayTeaches : wayAsked)) >>> 0;
  }
}
