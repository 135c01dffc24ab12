import { besideLimits, type Observes, observesAll } from "#core";
import {
  type AckWriter,
  canonicalAddress,
  isRefusal,
  MessageReader,
  noMessage,
  parseRequestHead,
  parseResponseHead,
} from "#wire";
import { askedHeadLimits, type DecisionService } from "../beside/decision-service.ts";
import type { NotifyAnswerer } from "./spoe-connection.ts";

/** What HAProxy shows us when both messages of deploy/haproxy are configured. */
export const haproxyObserves: Observes = Object.freeze({ ...observesAll, tls: false, body: false });

/** What it shows when its request message says `answers=bool(false)`: only the request. */
export const haproxyRequestsObserves: Observes = Object.freeze({
  ...haproxyObserves,
  setCookie: "none",
  response: false,
});

const names = {
  "gait-request": ["id", "ip", "method", "target", "headers", "https", "answers", "ja4"],
  "gait-response": ["id", "status", "headers", "bytes", "duration"],
} as const;

/** Places of the arguments in the lists above. */
const request = { id: 0, ip: 1, method: 2, target: 3, headers: 4, https: 5, answers: 6, ja4: 7 } as const;
const response = { id: 0, status: 1, headers: 2, bytes: 3, duration: 4 } as const;

const space = 0x20;
const versionEnd: Buffer = Buffer.from(" HTTP/1.1\r\n");

/**
 * Answers HAProxy's messages. The request's head is put together again in one buffer that serves every request, and goes
 * through our own strict parser, so that a connector is not a way around it.
 */
export function createSpoeAnswerer(service: DecisionService): NotifyAnswerer {
  const reader = new MessageReader(names);
  // Method, target and headers come out of one message, which is no longer than this.
  const scratch = Buffer.allocUnsafe(besideLimits.spoeFragmentBytesMax.default + versionEnd.length + 1);
  return {
    answer(bytes, { start, end }, acks) {
      reader.open(bytes, start, end);
      for (;;) {
        const message = reader.next();
        if (message === 0) answerRequest(service, { reader, scratch, acks });
        else if (message === 1) settleResponse(service, { reader, scratch });
        else if (message === noMessage.end) return true;
        else if (message === noMessage.broken) return false;
      }
    },
  };
}

interface Parts {
  readonly reader: MessageReader;
  readonly scratch: Buffer;
}

function answerRequest(
  service: DecisionService,
  { reader, scratch, acks }: Parts & { readonly acks: AckWriter },
): void {
  let at = reader.copy(request.method, scratch, 0);
  scratch[at++] = space;
  at = reader.copy(request.target, scratch, at);
  at += versionEnd.copy(scratch, at);
  const head = parseRequestHead(scratch, 0, reader.copy(request.headers, scratch, at), askedHeadLimits);
  if (isRefusal(head)) {
    acks.text("action", "block");
    acks.text("code", head.code);
    return;
  }
  const id = reader.text(request.id);
  const decided = service.decide({
    id,
    head,
    facts: {
      peer: canonicalAddress(reader.text(request.ip)),
      trusted: true,
      scheme: reader.flag(request.https) ? "https" : "http",
      ja4: reader.text(request.ja4),
      tls: "",
      h2: "",
      oddities: noOddities,
    },
    observes: reader.has(request.answers) && !reader.flag(request.answers) ? haproxyRequestsObserves : haproxyObserves,
  });
  acks.text("action", decided.action);
  acks.number("score", Math.round(decided.verdict.score.total));
  acks.text("kind", decided.verdict.kind);
  // HAProxy has its own id; told only where we had to make another one.
  if (decided.reference !== id) acks.text("reference", decided.reference);
}

const noOddities: readonly string[] = Object.freeze([]);

function settleResponse(service: DecisionService, { reader, scratch }: Parts): void {
  const status = Math.max(0, reader.number(response.status));
  const line = scratch.write(`HTTP/1.1 ${status} \r\n`, 0, "latin1");
  const end = reader.copy(response.headers, scratch, line);
  const head = parseResponseHead(scratch, 0, end, { method: "GET", headersMax: 256 });
  if (isRefusal(head)) return;
  service.settle(reader.text(response.id), {
    status,
    fields: head.fields,
    bytes: reader.number(response.bytes),
    durationMs: reader.number(response.duration),
  });
}
