/** One answer as a client reads it. */
export interface Answer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
  /** Whether all of it came. */
  readonly whole: boolean;
}

/**
 * Reads answers from what a client received, skipping interim ones. Bodies end by length, by chunks or, last, by the
 * end. `heads`: which answers, by position, are answers to HEAD and have no body.
 */
export function readAnswers(text: string, ended = false, heads: readonly boolean[] = []): Answer[] {
  const answers: Answer[] = [];
  let rest = text;
  for (;;) {
    const end = rest.indexOf("\r\n\r\n");
    if (end < 0) return answers;
    const head = rest.slice(0, end);
    const status = Number(head.slice(9, 12));
    rest = rest.slice(end + 4);
    if (status >= 100 && status < 200) continue;
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
    if (heads[answers.length] === true || status === 204 || status === 304) {
      answers.push({ status, head, body: "", whole: true });
    } else if (/\r\ntransfer-encoding: chunked/i.test(head)) {
      const read = readChunked(rest);
      answers.push({ status, head, body: read.body, whole: read.whole });
      rest = read.rest;
      if (!read.whole) return answers;
    } else if (length !== undefined) {
      const body = rest.slice(0, Number(length));
      answers.push({ status, head, body, whole: body.length === Number(length) });
      rest = rest.slice(body.length);
    } else {
      answers.push({ status, head, body: rest, whole: ended });
      return answers;
    }
  }
}

function readChunked(text: string): { body: string; whole: boolean; rest: string } {
  let rest = text;
  let body = "";
  for (;;) {
    const line = /^([0-9a-f]+)\r\n/i.exec(rest);
    if (line === null) return { body, whole: false, rest };
    const size = Number.parseInt(line[1] ?? "", 16);
    rest = rest.slice(line[0].length);
    if (size === 0) {
      const end = rest.startsWith("\r\n") ? 2 : rest.indexOf("\r\n\r\n") + 4;
      return end < 2 || rest.length < end ? { body, whole: false, rest } : { body, whole: true, rest: rest.slice(end) };
    }
    body += rest.slice(0, size);
    if (rest.length < size + 2) return { body, whole: false, rest: "" };
    rest = rest.slice(size + 2);
  }
}
