/**
 * Thrown by a guard to have the link of the request it is asked about cut, as if Gait had been killed in the middle of
 * it: a rehearsal of the failure mode that `gait doctor` asks for. No other request is touched beyond those that
 * travelled on the same connection at that moment, and those the proxy's own fail mode answers.
 */
export class LinkCut extends Error {
  override readonly name = "LinkCut";
}
