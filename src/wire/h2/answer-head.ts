import { field } from "../http1/field-names.ts";
import type { Fields } from "../http1/fields.ts";

/** What an answer head on a stream is made from. */
export interface H2AnswerSource {
  readonly status: number;
  readonly fields: Fields;
  /** -1: not announced. */
  readonly contentLength: number;
  /** Lower-case names that the upstream declared hop-by-hop. */
  readonly nominated: readonly string[];
}

/**
 * The header list of an answer, names and values in turn, in the upstream's order: lower-case names, no
 * connection-specific field (RFC 9113 section 8.2.2), our request id.
 */
export function renderH2Answer(source: H2AnswerSource, reference: string): string[] {
  const list = [":status", String(source.status)];
  pushFields(list, source.fields, source.nominated);
  if (source.contentLength >= 0) list.push("content-length", String(source.contentLength));
  list.push("x-request-id", reference);
  return list;
}

/** Fields of a 1xx answer or of a trailer section. */
export function renderH2Fields(fields: Fields): string[] {
  const list: string[] = [];
  pushFields(list, fields, []);
  return list;
}

function pushFields(list: string[], { names, values, ids }: Fields, nominated: readonly string[]): void {
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] ?? 0;
    if (id !== field.other && (id <= field.semanticLast || id === field.xRequestId) && id !== field.trailer) continue;
    const name = (names[i] ?? "").toLowerCase();
    if (nominated.length === 0 || !nominated.includes(name)) list.push(name, values[i] ?? "");
  }
}
