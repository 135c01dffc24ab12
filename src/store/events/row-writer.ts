import { type DecisionRecord, storeLimits } from "#core";
import { type ColumnName, numberColumns, textColumns } from "./columns.ts";
import type { Place } from "./places.ts";
import type { TextBook } from "./text-book.ts";

const textMax = storeLimits.textLengthMax.default;

/** Place of each column in a row of numbers, or in a row of texts. */
const n: Readonly<Record<ColumnName, number>> = placesOf(numberColumns);
const t: Readonly<Record<ColumnName, number>> = placesOf(textColumns);

function placesOf(list: readonly { readonly name: ColumnName }[]): Readonly<Record<ColumnName, number>> {
  return Object.freeze(Object.fromEntries(list.map(({ name }, at) => [name, at])) as Record<ColumnName, number>);
}

/**
 * Reads a decision's numbers into a row that begins at `at`. Written out, because this runs on the thread that serves: a
 * function for each column costs ten times as much. A test holds it to `columns`.
 */
export function writeNumbers(
  into: Float64Array,
  at: number,
  { record, place }: { readonly record: DecisionRecord; readonly place: Place },
): void {
  const { exchange, verdict, trail } = record;
  const { response, request } = exchange;
  const { score } = verdict;
  into[at + n.sequence] = record.sequence;
  into[at + n.time] = exchange.at;
  into[at + n.identity] = trail.identity;
  into[at + n.address] = place.hash;
  into[at + n.status] = response?.status ?? exchange.ownStatus ?? 0;
  into[at + n.bytes] = response?.bytes ?? -1;
  into[at + n.duration] = response?.durationMs ?? -1;
  into[at + n.account] = request.account;
  into[at + n.total] = score.total;
  into[at + n.behaviour] = score.behaviour;
  into[at + n.presentation] = score.presentation;
  into[at + n.certified] = verdict.certifiedFpr ?? -1;
  into[at + n.decision] = record.decisionUs;
  into[at + n.revision] = verdict.revision;
  into[at + n.asn] = place.asn;
}

/** Reads a decision's texts into a row of their numbers; `signals` is filled in on the store's side. */
export function writeTexts(
  into: Uint32Array,
  at: number,
  { record, place, texts }: { readonly record: DecisionRecord; readonly place: Place; readonly texts: TextBook },
): void {
  const { exchange, verdict, trail } = record;
  const { request, client } = exchange;
  const { watched } = verdict;
  into[at + t.application] = texts.inColumn(t.application, exchange.application);
  into[at + t.reference] = texts.inColumn(t.reference, exchange.id);
  into[at + t.session] = texts.inColumn(t.session, record.session);
  into[at + t.actor] = texts.inColumn(t.actor, record.actor);
  into[at + t.cohort] = texts.inColumn(t.cohort, trail.cohort);
  into[at + t.network] = texts.inColumn(t.network, place.network);
  into[at + t.ip] = texts.inColumn(t.ip, place.ip);
  into[at + t.method] = texts.inColumn(t.method, cut(request.method, 32));
  into[at + t.host] = texts.inColumn(t.host, cut(request.host));
  into[at + t.path] = texts.inColumn(t.path, cut(record.path));
  into[at + t.template] = texts.inColumn(t.template, cut(trail.template));
  into[at + t.agent] = texts.inColumn(t.agent, cut(request.userAgent));
  into[at + t.ja4] = texts.inColumn(t.ja4, client.fingerprint.ja4);
  into[at + t.headers] = texts.inColumn(t.headers, client.fingerprint.headers);
  into[at + t.verified] = texts.inColumn(t.verified, client.verified?.name ?? "");
  into[at + t.kind] = texts.inColumn(t.kind, verdict.kind);
  into[at + t.action] = texts.inColumn(t.action, verdict.action);
  into[at + t.enforced] = texts.inColumn(t.enforced, record.enforced);
  into[at + t.basis] = texts.inColumn(t.basis, verdict.basis);
  into[at + t.rule] = texts.inColumn(t.rule, verdict.rule ?? "");
  into[at + t.watched] = texts.inColumn(t.watched, watched.length === 0 ? "" : cut(watched.join(" ")));
  into[at + t.signals] = 0;
  into[at + t.failure] = texts.inColumn(t.failure, cut(record.failure));
  into[at + t.country] = texts.inColumn(t.country, place.country);
  into[at + t.infrastructure] = texts.inColumn(t.infrastructure, place.infrastructure);
}

function cut(text: string, max: number = textMax): string {
  return text.length > max ? text.slice(0, max) : text;
}
