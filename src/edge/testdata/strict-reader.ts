/** One request as a careful origin reads it. */
export interface StrictRequest {
  readonly method: string;
  readonly target: string;
  readonly host: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly bodyBytes: number;
  /** The bytes ended in the middle of it. */
  readonly partial: boolean;
}

/**
 * Reads a byte string as HTTP/1.1 requests, written from RFC 9112 with regular expressions and without a line shared
 * with the gateway's codec. Anything that is not perfectly clear makes it throw.
 */
export function readStrictly(bytes: string): StrictRequest[] {
  const requests: StrictRequest[] = [];
  let rest = bytes;
  while (rest !== "") {
    const end = rest.indexOf("\r\n\r\n");
    if (end < 0) throw new Error(`head without an end: ${JSON.stringify(rest.slice(0, 200))}`);
    const [line = "", ...lines] = rest.slice(0, end).split("\r\n");
    const parts = /^([A-Z]+) (\/[\x21-\x7e]*|\*) HTTP\/1\.1$/.exec(line);
    if (parts === null) throw new Error(`request line ${JSON.stringify(line)}`);
    const headers = lines.map((text) => {
      const field = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ([\t\x20-\x7e\x80-\xff]*)$/.exec(text);
      if (field === null) throw new Error(`header line ${JSON.stringify(text)}`);
      return [(field[1] ?? "").toLowerCase().replaceAll("_", "-"), field[2] ?? ""] as const;
    });
    const all = (name: string): string[] => headers.filter(([key]) => key === name).map(([, value]) => value);
    if (all("host").length !== 1) throw new Error(`${all("host").length} Host headers`);
    const lengths = all("content-length");
    const codings = all("transfer-encoding");
    if (lengths.length + codings.length > 1) throw new Error(`framings: ${lengths.length} lengths, ${codings.length} codings`);
    if (codings.length === 1 && codings[0] !== "chunked") throw new Error(`coding ${codings[0]}`);
    if (lengths.length === 1 && !/^(?:0|[1-9]\d*)$/.test(lengths[0] ?? "")) throw new Error(`length ${lengths[0]}`);
    const body = rest.slice(end + 4);
    const read = codings.length === 1 ? readChunks(body) : readLength(body, Number(lengths[0] ?? 0));
    requests.push({
      method: parts[1] ?? "",
      target: parts[2] ?? "",
      host: all("host")[0] ?? "",
      headers,
      bodyBytes: read.bodyBytes,
      partial: read.rest === undefined,
    });
    rest = read.rest ?? "";
  }
  return requests;
}

interface Body {
  readonly bodyBytes: number;
  /** What follows; undefined when the body was cut short. */
  readonly rest: string | undefined;
}

function readLength(body: string, length: number): Body {
  if (body.length < length) return { bodyBytes: body.length, rest: undefined };
  return { bodyBytes: length, rest: body.slice(length) };
}

function readChunks(body: string): Body {
  let rest = body;
  let bodyBytes = 0;
  for (;;) {
    const head = /^([0-9a-fA-F]{1,8})\r\n/.exec(rest);
    if (head === null) {
      if (/^[0-9a-fA-F]{0,8}\r?$/.test(rest)) return { bodyBytes, rest: undefined };
      throw new Error(`chunk ${JSON.stringify(rest.slice(0, 40))}`);
    }
    const size = Number.parseInt(head[1] ?? "", 16);
    rest = rest.slice(head[0].length);
    if (size === 0) {
      const trailer = /^((?:[^\r\n:]+: [^\r\n]*\r\n)*)\r\n/.exec(rest);
      return { bodyBytes, rest: trailer === null ? undefined : rest.slice(trailer[0].length) };
    }
    bodyBytes += Math.min(size, rest.length);
    if (rest.length < size + 2) return { bodyBytes, rest: undefined };
    if (rest.slice(size, size + 2) !== "\r\n") throw new Error("chunk without an end");
    rest = rest.slice(size + 2);
  }
}
