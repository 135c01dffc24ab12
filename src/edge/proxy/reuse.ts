/** What is known about a connection when an answer on it has ended. */
export interface EndOfExchange {
  /** The last byte of the request was written. */
  readonly requestDone: boolean;
  /** The upstream did not ask to close, and the answer's end was marked. */
  readonly persistent: boolean;
  /** All that was written has left this process. */
  readonly flushed: boolean;
}

/**
 * Whether a connection may carry another request. After an early answer the upstream still waits for the rest of a
 * body: the next request's head would be read as that body, and its answer would reach the wrong client.
 */
export function mayReuse({ requestDone, persistent, flushed }: EndOfExchange): boolean {
  return requestDone && persistent && flushed;
}
