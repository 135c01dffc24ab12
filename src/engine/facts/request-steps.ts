import type { Exchange } from "#core";
import { tags } from "#policy";
import { endpointClass } from "../endpoints/endpoint-class.ts";
import { type Facts, isAsset, methodCode } from "../features/facts.ts";
import { eventWords, plainEvents } from "./words.ts";

/** Place of each event in the list of all. */
export const eventId: ReadonlyMap<string, number> = new Map(eventWords.map((word, index) => [word, index]));

function idOf(word: (typeof plainEvents)[number]): number {
  return eventId.get(word) ?? 0;
}

/** Places of the events that are no step of an application. */
export const plain: Readonly<
  Record<"request" | "page" | "write" | "ok" | "error" | "notFound" | "denied" | "serverError", number>
> = Object.freeze({
  request: idOf("request"),
  page: idOf("page"),
  write: idOf("write"),
  ok: idOf("ok"),
  error: idOf("error"),
  notFound: idOf("not-found"),
  denied: idOf("denied"),
  serverError: idOf("server-error"),
});

/** Events of a tag, the attempt first. */
const perTag = 4;

/** The attempt of a tag; the accepted and the refused one follow it. */
export function attemptOf(tag: number): number {
  return plainEvents.length + tag * perTag;
}

/** What an application told of by itself: the event of a tag that no request is seen for. */
export function toldOf(tag: number): number {
  return attemptOf(tag) + 3;
}

/** Tags whose steps are submitted, by position. */
const isAction: readonly boolean[] = tags.map(({ sort }) => sort === "action");

/** Are the tag's steps submitted? */
export function isSubmitted(tag: number): boolean {
  return isAction[tag] === true;
}

/** Does an event belong to a step that is submitted, and not to what every visitor does? */
export function isSubmission(event: number): boolean {
  return event >= plainEvents.length && isAction[Math.floor((event - plainEvents.length) / perTag)] === true;
}

/** Is the request a step of the tag? Submissions for actions; for readings whatever gets something. */
export function attempts(tag: number, facts: Facts, exchange: Exchange): boolean {
  if (facts.method === methodCode.head || isAsset(facts.class)) return false;
  if (isAction[tag] !== true) return true;
  return facts.method > methodCode.head || facts.class === endpointClass.api || exchange.request.query !== "";
}
