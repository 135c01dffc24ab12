import { slot16, slot32, slotBytes } from "../sessions/session-table.ts";
import { counter } from "./counters.ts";
import type { Facts } from "./facts.ts";
import type { FeatureState } from "./state.ts";

const digitsMax = 15;
/** Neighbours: people who page through a list step by one, tables are read by small strides too. */
const strideMax = 3;

/** Follows the identifier of an endpoint's path or query from one request to the next. */
export function stepIdentifiers(
  state: FeatureState,
  facts: Facts,
  texts: { readonly path: string; readonly query: string },
): void {
  const id = lastNumber(texts.query, 96) ?? lastNumber(texts.path, 160);
  if (id === undefined) return;
  const { sessions, clients } = state;
  const { slot, row } = facts;
  // The low 32 bits are kept: enough to tell neighbours from strangers.
  const stride = (id - sessions.get(slot, slot32.lastId)) | 0;
  const place = slot * (slotBytes / 2) + slot16.idEndpoint;
  const same = sessions.u16[place] === facts.endpoint;
  sessions.u16[place] = facts.endpoint;
  sessions.set(slot, slot32.lastId, id);
  if (!same || stride === 0) return;
  clients.count(row, counter.idRequests);
  if (stride >= -strideMax && stride <= strideMax) clients.count(row, counter.walkSteps);
}

/** The last run of digits that stands as a value (after "/", "=", "-" or "_"); undefined when there is none. */
export function lastNumber(text: string, window: number): number | undefined {
  const stop = Math.max(0, text.length - window);
  for (let end = text.length - 1; end >= stop; end--) {
    if (!isDigit(text.charCodeAt(end))) continue;
    let start = end;
    while (start > 0 && isDigit(text.charCodeAt(start - 1))) start--;
    const before = start === 0 ? 47 : text.charCodeAt(start - 1);
    const after = end + 1 < text.length ? text.charCodeAt(end + 1) : 47;
    // Only whole values count: "%D8" is an encoded letter, "RK-2106b" a model, "/product/34391" an identifier.
    const whole =
      (before === 47 || before === 61 || before === 45 || before === 95) &&
      (after === 47 || after === 38 || after === 46);
    if (whole && end - start < digitsMax) return numberIn(text, start, end);
    end = start;
  }
  return undefined;
}

function numberIn(text: string, start: number, end: number): number {
  let value = 0;
  for (let i = start; i <= end; i++) value = value * 10 + text.charCodeAt(i) - 48;
  return value;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
