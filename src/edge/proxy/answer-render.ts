import { type Fields, field } from "#wire";
import type { AnswerFraming, AnswerHead } from "./seam.ts";

/** How an answer is framed for one client. */
export interface AnswerShape {
  readonly reference: string;
  readonly framing: AnswerFraming;
  readonly persistent: boolean;
  /** The client speaks HTTP/1.0, where staying open must be said. */
  readonly oldClient: boolean;
  readonly method: string;
}

/**
 * Writes an answer head for an HTTP/1 client anew: one framing, no hop-by-hop header of the upstream's, our request
 * id. Statuses and fields have passed the strict parser or are ours.
 */
export function renderAnswerHead(head: AnswerHead, shape: AnswerShape): string {
  const { nominated, fields } = head;
  const status = head.status === 200 && head.reason === "OK" ? "200 OK" : `${head.status} ${head.reason}`;
  let text = `HTTP/1.1 ${status}\r\n`;
  text += (nominated.length === 0 ? fields.lines : undefined) ?? renderLines(fields, nominated);
  if (shape.framing === "chunked") text += "Transfer-Encoding: chunked\r\n";
  else if (head.contentLength >= 0 && shape.framing !== "tunnel") text += `Content-Length: ${head.contentLength}\r\n`;
  if (shape.framing === "tunnel") text += "Connection: Upgrade\r\nUpgrade: websocket\r\n";
  else if (!shape.persistent) text += "Connection: close\r\n";
  else if (shape.oldClient) text += "Connection: keep-alive\r\n";
  return `${text}X-Request-Id: ${shape.reference}\r\n\r\n`;
}

function renderLines({ names, values, ids }: Fields, nominated: readonly string[]): string {
  let text = "";
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    if (id !== field.other && (id <= field.semanticLast || id === field.xRequestId)) continue;
    if (nominated.length > 0 && nominated.includes((names[i] as string).toLowerCase())) continue;
    text += `${names[i]}: ${values[i]}\r\n`;
  }
  return text;
}

/** A 1xx answer, such as 103 Early Hints. */
export function renderInterim(status: number, fields: Fields): string {
  const { names, values, ids } = fields;
  let text = `HTTP/1.1 ${status} ${status === 103 ? "Early Hints" : ""}\r\n`;
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] === field.other || (ids[i] as number) > field.semanticLast) text += `${names[i]}: ${values[i]}\r\n`;
  }
  return `${text}\r\n`;
}
