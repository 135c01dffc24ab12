import type { ServerResponse } from "node:http";
import { appLimits, type Clock } from "#core";
import type { PublishedDecision, PublishedDecisions } from "./published-decisions.ts";

/** What the streams are made of. */
export interface DecisionStreamOptions {
  readonly list: PublishedDecisions;
  /** Whether lists act; in observe mode they are shown as inactive. */
  readonly active: () => boolean;
  readonly clock: Clock;
}

/** Readers that are told of each change as it happens. */
export interface DecisionStreams {
  /** Opens one. @param lastEventId What its reader has, from `Last-Event-ID`; "" when it begins. False when there are too many. */
  open(response: ServerResponse, lastEventId: string): boolean;
  /** Tells every reader what is new; called by the caller's timer. */
  push(): void;
  close(): void;
}

interface Reader {
  readonly response: ServerResponse;
  since: number;
  active: boolean | undefined;
  heardAt: number;
}

const readersMax = appLimits.publishedStreamsMax.default;
const readerBytesMax = appLimits.publishedStreamBytesMax.default;
const heartbeatMs = 15_000;

/**
 * Server-sent events (WHATWG HTML, section 9.2): `whole` with everything that stands, then `change` with what was added and
 * removed; each carries the sequence as its id, so that a reader that lost its connection goes on where it was. A line
 * every fifteen seconds shows that the link lives. Who does not read is let go; when it comes back it is told what it missed.
 */
export function createDecisionStreams({ list, active, clock }: DecisionStreamOptions): DecisionStreams {
  const readers = new Set<Reader>();

  const send = ({ response }: Reader, name: "whole" | "change", body: Readonly<Record<string, unknown>>): void => {
    response.write(
      `event: ${name}\nid: ${String(body.sequence)}\ndata: ${JSON.stringify({ version: 1, ...body })}\n\n`,
    );
    if (response.writableLength > readerBytesMax) response.destroy();
  };
  const shown = ({ expiresAt, ...entry }: PublishedDecision): object => ({
    ...entry,
    expiresInMs: Number.isFinite(expiresAt) ? Math.round(expiresAt - clock.monotonic()) : null,
  });
  const whole = (reader: Reader, now: boolean): void => {
    const decisions = list.list().map(shown);
    reader.since = list.sequence;
    reader.active = now;
    send(reader, "whole", { sequence: reader.since, active: now, decisions });
  };
  const tell = (reader: Reader): void => {
    const now = active();
    const at = clock.monotonic();
    if (reader.active === now && reader.since === list.sequence) {
      if (at - reader.heardAt < heartbeatMs) return;
      reader.heardAt = at;
      reader.response.write(": \n\n");
      return;
    }
    reader.heardAt = at;
    const changes = reader.active === now ? list.changes(reader.since) : undefined;
    if (changes === undefined) {
      whole(reader, now);
      return;
    }
    reader.since = changes.sequence;
    const { sequence } = changes;
    const [added, removed] = [changes.added.map(shown), changes.removed.map(shown)];
    send(reader, "change", { sequence, active: now, added, removed });
  };

  return {
    open(response, lastEventId) {
      if (readers.size >= readersMax) return false;
      const known = /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : Number.NaN;
      response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
      list.refresh();
      // A sequence from before a restart of ours says nothing: it is taken only where we can have given it.
      const goesOn = known <= list.sequence;
      const reader: Reader = {
        response,
        since: goesOn ? known : -1,
        active: goesOn ? active() : undefined,
        heardAt: clock.monotonic(),
      };
      readers.add(reader);
      response.on("close", () => readers.delete(reader));
      tell(reader);
      return true;
    },
    push() {
      if (readers.size === 0) return;
      list.refresh();
      for (const reader of readers) tell(reader);
    },
    close() {
      for (const { response } of readers) response.destroy();
    },
  };
}
