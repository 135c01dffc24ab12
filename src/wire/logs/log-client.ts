import type { Client, Fingerprint, VerifiedAgent } from "#core";

/**
 * The client of a log record. An IPv4 address is kept as the number that the line's bytes spell; its text is only made
 * for whoever asks, because a text per line would be most of what a line costs.
 */
export class LogClient implements Client {
  fingerprint: Fingerprint = { ja4: "", h2: "", headers: "" };
  verified: VerifiedAgent | undefined = undefined;
  ipv4 = -1;
  #text = "";

  get ip(): string {
    if (this.#text === "" && this.ipv4 >= 0) this.#text = dotted(this.ipv4);
    return this.#text;
  }

  set ip(text: string) {
    this.#text = text;
    this.ipv4 = -1;
  }

  setIPv4(address: number): void {
    this.#text = "";
    this.ipv4 = address;
  }
}

function dotted(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}
