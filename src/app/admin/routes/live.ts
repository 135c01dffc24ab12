import type { ServerResponse } from "node:http";
import { appLimits } from "#core";
import type { Service } from "../../serve/service.ts";
import { type AdminRoute, answerJson, streamHeaders } from "../admin-request.ts";
import { liveOf } from "../live-document.ts";

/** Open status pages by gateway; one timer feeds them all with one rendering. */
const feeds = new WeakMap<Service, Feed>();

interface Feed {
  readonly open: Set<ServerResponse>;
  timer: NodeJS.Timeout | undefined;
}

/** `GET /live`: the status page's data as server-sent events, a whole document each time. */
export const live: AdminRoute = {
  method: "GET",
  path: "/live",
  needs: "look",
  handle({ response, service }) {
    const feed = feeds.get(service) ?? { open: new Set<ServerResponse>(), timer: undefined };
    feeds.set(service, feed);
    if (feed.open.size >= appLimits.adminStreamsMax.default) {
      answerJson(response, 503, { error: "too many status pages are open" });
      return;
    }
    response.writeHead(200, streamHeaders("text/event-stream; charset=utf-8"));
    response.write(message(service));
    feed.open.add(response);
    feed.timer ??= setInterval(() => push(service, feed), appLimits.adminStreamMs.default);
    response.once("close", () => {
      feed.open.delete(response);
      if (feed.open.size > 0 || feed.timer === undefined) return;
      clearInterval(feed.timer);
      feed.timer = undefined;
    });
  },
};

/** Ends every open status page, so that closing the listener does not wait for them. */
export function closeStreams(service: Service): void {
  for (const response of feeds.get(service)?.open ?? []) response.end();
}

function push(service: Service, { open }: Feed): void {
  const text = message(service);
  for (const response of open) {
    // A page that does not read gets no second copy; it catches up with the next one it can take.
    if (response.writableLength === 0) response.write(text);
  }
}

function message(service: Service): string {
  return `data: ${JSON.stringify(liveOf(service))}\n\n`;
}
