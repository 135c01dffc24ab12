import { heldCount } from "./cookie-store.ts";
import type { LedgerTables } from "./ledger-tables.ts";
import { updateOrder } from "./order-posterior.ts";
import { createOrderJar, type OrderJar } from "./order-rules.ts";
import {
  cookiesMax,
  countBroken,
  counter,
  countKept,
  cookieField as field,
  cookieFlag as flag,
  ledgerWord,
  rowWords,
  type SessionSlab,
} from "./session-slab.ts";

/**
 * Looks at the order in which a request presents cookies we saw issued in this session. Each distinct set
 * (which cookies, in which state) counts once: the hundredth request with the same header is no news. The same
 * set in another order than just before is a break by itself; no jar does that.
 */
export class OrderStep {
  readonly #slab: SessionSlab;
  readonly #tables: LedgerTables;
  readonly #jar: OrderJar = createOrderJar();
  readonly #told: Uint8Array = new Uint8Array(cookiesMax);

  constructor(slab: SessionSlab, tables: LedgerTables) {
    this.#slab = slab;
    this.#tables = tables;
  }

  /** `sent` lists positions in the session's jar, in the order presented; `length` is at least 2. */
  run(slot: number, sent: Uint8Array, length: number): void {
    const { words, bytes, shorts } = this.#slab;
    const row = slot * rowWords;
    const counters = (row + ledgerWord.counters) * 4;
    let setHash = 0;
    let orderHash = 0;
    for (let i = 0; i < length; i++) {
      const at = this.#slab.cookieAt(slot, sent[i] ?? 0);
      const rank = (words[at + field.domainFlagsOrder] ?? 0) & 0xff;
      const mixed = mix((words[at + field.nameAndPath] ?? 0) ^ Math.imul(rank, 0x9e3779b1));
      setHash = (setHash + mixed) | 0;
      orderHash = (Math.imul(orderHash, 31) + mixed) | 0;
    }
    const packed = (((setHash & 0xffff) << 16) | (orderHash & 0xffff)) >>> 0;
    const last = words[row + ledgerWord.lastOrder] ?? 0;
    if (packed === last) return;
    words[row + ledgerWord.lastOrder] = packed;
    const bit = 1 << ((setHash >>> 16) & 31);
    this.#fillJar(slot);
    const told = this.#tellApart(slot, sent, length);
    if (((words[row + ledgerWord.setsSeen] ?? 0) & bit) !== 0) {
      const reordered = last >>> 16 === packed >>> 16 && last !== 0 && told === length;
      if (reordered) countBroken(bytes, counters + counter.ordered);
      return;
    }
    words[row + ledgerWord.setsSeen] = ((words[row + ledgerWord.setsSeen] ?? 0) | bit) >>> 0;
    if (told < 2) return;
    const sizeBefore = bytes[counters + counter.orderSize] ?? 0;
    const look = { jar: this.#jar, order: this.#told, length: told, sizeBefore };
    const explained = updateOrder(shorts, (row + ledgerWord.order) * 2, look);
    if (explained === 0) countBroken(bytes, counters + counter.ordered);
    else countKept(bytes, counters + counter.ordered);
    bytes[counters + counter.orderSize] = Math.max(sizeBefore, told);
  }

  /** Keeps the cookies that no other in the jar resembles: same name and value at two paths cannot be told apart. */
  #tellApart(slot: number, sent: Uint8Array, length: number): number {
    const { words } = this.#slab;
    let told = 0;
    for (let i = 0; i < length; i++) {
      const own = this.#slab.cookieAt(slot, sent[i] ?? 0);
      let alike = false;
      for (let other = 0; other < this.#jar.count && !alike; other++) {
        const at = this.#slab.cookieAt(slot, other);
        alike =
          at !== own &&
          (words[at + field.nameAndPath] ?? 0) >>> 16 === (words[own + field.nameAndPath] ?? 0) >>> 16 &&
          words[at + field.value] === words[own + field.value];
      }
      if (!alike) this.#told[told++] = sent[i] ?? 0;
    }
    return told;
  }

  #fillJar(slot: number): void {
    const { words } = this.#slab;
    const jar = this.#jar;
    jar.count = heldCount(this.#slab, slot);
    for (let i = 0; i < jar.count; i++) {
      const at = this.#slab.cookieAt(slot, i);
      const nameAndPath = words[at + field.nameAndPath] ?? 0;
      const packed = words[at + field.domainFlagsOrder] ?? 0;
      const host = this.#tables.hosts.textOf(packed >>> 16);
      jar.names[i] = this.#tables.names.textOf(nameAndPath >>> 16);
      jar.paths[i] = this.#tables.paths.textOf(nameAndPath & 0xffff);
      jar.domains[i] = ((packed >>> 8) & flag.hostOnly) === 0 ? `.${host}` : host;
      jar.created[i] = i;
      jar.changed[i] = packed & 0xff;
    }
  }
}

function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return hash ^ (hash >>> 16);
}
