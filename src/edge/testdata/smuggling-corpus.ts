/** One hostile byte string. */
export interface Payload {
  readonly name: string;
  readonly bytes: string;
  /** Nothing of it may reach an origin, whatever a lenient reader would make of it. */
  readonly mustRefuse: boolean;
}

const payloads: Payload[] = [];

function add(name: string, bytes: string, options: { readonly mustRefuse?: boolean } = {}): void {
  payloads.push({ name, bytes, mustRefuse: options.mustRefuse === true });
}

const refuse = { mustRefuse: true } as const;
const inner = "GET /admin HTTP/1.1\r\nHost: inner\r\n\r\n";
const post = (lines: string, body: string): string => `POST /p HTTP/1.1\r\nHost: a\r\n${lines}\r\n\r\n${body}`;

/** Lengths that some readers take for six, some for another number and some for none. */
const oddLengths = [
  "+6", "-6", "06", "006", "0x6", "0b110", "0o6", "6,6", "6, 6", "6;", "6;6", "6.0", "6e0", "6 6", "'6'", '"6"', "", "six", "6\x0b", "\x0b6", "6\x0c",
  "6\x00", "6\xa0", "\xa06", "6\x85", "6_0", "1_0", "99999999999999999999", "18446744073709551622", "4294967302", "6,", ",6", "0,6", "6,0", "6\t6", "６", "NaN",
  "Infinity", "1e1", "6h", "0x", "--6", "6-", "%36", "(6)",
] as const;
for (const value of oddLengths) add(`length ${JSON.stringify(value)}`, post(`Content-Length: ${value}`, `abcdef${inner}`), refuse);

/** Codings that some readers take for chunked. */
const oddCodings = [
  "xchunked", "chunkedx", ",chunked", "chunked,", ", chunked", "chunked, chunked", "chunked,identity", "identity", "identity, chunked", "identity,chunked",
  "gzip, chunked", "gzip", "chunked;a=b", "chunked ;", '"chunked"', "'chunked'", "\x0bchunked", "chunked\x0b", "chunked\x0c", "\x0cchunked", "chu\x00nked",
  "chunked\x00", "\xffchunked", "chunked\xff", "\xa0chunked", "chunked\xa0", "\x85chunked", "chunked\x85", "[chunked]", "x: chunked", "chunked\r\n x",
  "\r\n chunked", "\n chunked", "\r chunked", "chunk", "chunke", "c hunked", "chunked chunked", "chunked\\", "\\chunked", "ChUnKeD,", "x,chunked", "deflate",
  "br", "", "trailers", "close", "0", "true", "%63hunked", "chunked\x1f", "\x08chunked", "chunked\xad", "\xc4\xb0chunked",
] as const;
for (const value of oddCodings) {
  add(`coding ${JSON.stringify(value)}`, post(`Transfer-Encoding: ${value}`, `0\r\n\r\n${inner}`), refuse);
  add(`coding ${JSON.stringify(value)} after a length`, post(`Content-Length: 5\r\nTransfer-Encoding: ${value}`, `0\r\n\r\n${inner}`), refuse);
  add(`coding ${JSON.stringify(value)} before a length`, post(`Transfer-Encoding: ${value}\r\nContent-Length: 5`, `0\r\n\r\n${inner}`), refuse);
}

/** Names that some readers take for the plain one. */
const oddNames: readonly ((name: string) => string)[] = [
  (name) => `${name} `, (name) => `${name}\t`, (name) => ` ${name}`, (name) => `\t${name}`, (name) => `${name}\x0b`, (name) => `\x0b${name}`,
  (name) => `${name}\x00`, (name) => `\x00${name}`, (name) => `${name}\xa0`, (name) => `\xa0${name}`, (name) => `${name}\x85`, (name) => `${name}\xad`,
  (name) => `${name}\r`, (name) => `\r${name}`, (name) => `X: y\n${name}`, (name) => `X: y\r${name}`, (name) => `${name}:`, (name) => `"${name}"`,
  (name) => name.replace("-", "_"), (name) => name.replace("-", " "), (name) => name.replace("-", "\\-"), (name) => `${name}(x)`, (name) => `${name};`,
  (name) => `${name},`, (name) => `{${name}}`, (name) => `${name}/`, (name) => `X: y\r\n ${name}`, (name) => `${name}\x7f`,
];
oddNames.forEach((odd, index) => {
  add(`length under name ${index}`, post(`${odd("Content-Length")}: 6`, `abcdef${inner}`), refuse);
  add(`coding under name ${index}`, post(`${odd("Transfer-Encoding")}: chunked`, `0\r\n\r\n${inner}`), refuse);
  add(`coding under name ${index} beside a length`, post(`Content-Length: 5\r\n${odd("Transfer-Encoding")}: chunked`, `0\r\n\r\n${inner}`), refuse);
});

add("length and coding", post("Content-Length: 5\r\nTransfer-Encoding: chunked", `0\r\n\r\n${inner}`), refuse);
add("coding and length", post("Transfer-Encoding: chunked\r\nContent-Length: 5", `0\r\n\r\n${inner}`), refuse);
add("two lengths, unequal", post("Content-Length: 6\r\nContent-Length: 5", "abcdef"), refuse);
add("two lengths, equal", post("Content-Length: 6\r\nContent-Length: 6", "abcdef"), refuse);
add("two codings", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), refuse);
add("two codings, one unknown", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: x", "0\r\n\r\n"), refuse);
add("coding in 1.0", `POST /p HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`, refuse);
add("coding in 1.0, kept alive", `POST /p HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`, refuse);
add("body without a length", `POST /p HTTP/1.1\r\nHost: a\r\n\r\n${inner}`);
add("GET with a length", `GET /p HTTP/1.1\r\nHost: a\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`);
add("GET with chunks", "GET /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
add("length too long (0.CL)", post("Content-Length: 400", inner));
add("length zero, body follows", post("Content-Length: 0", inner));
add("1,100 fillers before a length", post(`${"A: b\r\n".repeat(1_100)}Content-Length: 6`, "abcdef"), refuse);

for (const lines of ["Host: a\r\nHost: b", "Host: a\r\nhost: a", "Host: a\r\nHost : b", "Host: a\r\n Host: b", "Host:", "Host: ", "Host: a b", "Host: a,b", "Host: a/b",
  "Host: a?b", "Host: a#b", "Host: a@b", "Host: u:p@a", "Host: a:b", "Host: a:80:80", "Host: a:-1", "Host: a:99999", "Host: [::1", "Host: ::1", "Host: a\\b",
  "Host: a\x00b", "Host: a\tb", "Host: %61", "Host: a%00", "Host: \xff", "Host: a;b", "Host: <a>", "X: y", "Hos t: a", "Host_: a", "Host\x0b: a"]) {
  add(`host ${JSON.stringify(lines)}`, `GET /h HTTP/1.1\r\n${lines}\r\n\r\n`, refuse);
}

for (const line of ["GET /", "GET / HTTP/0.9", "GET / HTTP/1.2", "GET / HTTP/2.0", "GET / HTTP/1.10", "GET / HTTP/1", "GET / HTTP/1.", "GET / HTTP/01.1", "GET / http/1.1",
  "GET / HTTP/1.1 ", "GET / HTTP /1.1", "GET /  HTTP/1.1", "GET  / HTTP/1.1", " GET / HTTP/1.1", "\tGET / HTTP/1.1", "GET\t/ HTTP/1.1", "GET /\tHTTP/1.1",
  "GET\x0b/ HTTP/1.1", "GET / HTTP/1.1 HTTP/1.1", "GET /a b HTTP/1.1", "GET /\x00 HTTP/1.1", "GET /\x7f HTTP/1.1", "GET /\xe9 HTTP/1.1", "GET /#f HTTP/1.1",
  "GET #f HTTP/1.1", "get / HTTP/1.1", "Get / HTTP/1.1", "GETX / HTTP/1.1", "G\x00T / HTTP/1.1", "GET: / HTTP/1.1", "GET a HTTP/1.1", "GET * HTTP/1.1", "GET ../ HTTP/1.1",
  "GET ?q HTTP/1.1", "GET \\ HTTP/1.1", "CONNECT a:80 HTTP/1.1", "CONNECT / HTTP/1.1", "TRACE / HTTP/1.1", "GET http://b/ HTTP/1.1", "GET http://a:80@b/ HTTP/1.1",
  "GET http://a\\@b/ HTTP/1.1", "GET ftp://a/ HTTP/1.1", "GET http:///x HTTP/1.1", "GET http:/a HTTP/1.1", "GET //a@b HTTP/3", "PRI * HTTP/2.0", "HTTP/1.1 200 OK", ""]) {
  add(`line ${JSON.stringify(line)}`, `${line}\r\nHost: a\r\n\r\n`, refuse);
}
add("HTTP/0.9", "GET /\r\n", refuse);
add("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", refuse);
add("absolute target", "GET http://a/x?y HTTP/1.1\r\nHost: a\r\n\r\n");
add("absolute target, other case", "GET HTTP://A/x HTTP/1.1\r\nHost: a\r\n\r\n");
add("absolute target, no path", "GET http://a HTTP/1.1\r\nHost: a\r\n\r\n");
add("absolute target, query only", "GET http://a?x HTTP/1.1\r\nHost: a\r\n\r\n");
for (const target of ["/%2e%2e/admin", "/..%2fadmin", "/x\\..\\admin", "//a/b", "/%00", "/;x", "/%0d%0aX:%20y", "/a%20HTTP/1.1%0d%0aHost:%20b", "/{x}", "/<x>", '/"'])
  add(`target ${target}`, `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);

for (const value of ["y 100-continue", "100-continue y", " 100-continue,x", "100-continue, 100-continue", "100", "x=100-continue", "100-continue;", "\x0b100-continue", ""])
  add(`expect ${JSON.stringify(value)}`, post(`Expect: ${value}\r\nContent-Length: ${inner.length}`, inner), refuse);
add("expect twice", post("Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 1", "x"), refuse);
add("expect", post("Expect: 100-continue\r\nContent-Length: 3", "abc"));
add("expect without a body", `GET /e HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n${inner}`);

for (const named of ["Host", "Content-Length", "Transfer-Encoding", "Cookie", "Authorization", "X-Forwarded-For", "X-Real-IP", "Forwarded", "Expect", "Trailer", "X-Request-Id",
  "User-Agent", "Content-Type", "Connection", "close, Content-Length", "keep-alive, Cookie", "Content-Length;", "a b", "content-length, close"])
  add(`connection names ${named}`, post(`Connection: ${named}\r\nContent-Length: 3\r\nCookie: a=b`, "abc"), refuse);
add("connection names an extension", post("Connection: x-hop\r\nX-Hop: 1\r\nContent-Length: 3", "abc"));
for (const lines of ["Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA", "Upgrade: h2c", "Connection: Upgrade\r\nUpgrade: h2c",
  "Connection: Upgrade\r\nUpgrade: websocket, h2c", "Connection: Upgrade\r\nUpgrade: h2c, websocket", "Connection: Upgrade\r\nUpgrade: websocket",
  "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13",
  "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8", "HTTP2-Settings: x"])
  add(`upgrade ${JSON.stringify(lines)}`, `GET /u HTTP/1.1\r\nHost: a\r\n${lines}\r\n\r\n${inner}`, refuse);
add("unknown upgrade", `GET /u HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: tls/1.0\r\n\r\n`);

/** Chunked bodies that some readers finish early and some late. The head has gone ahead by then; nothing may follow it. */
const oddChunks = [
  "3;x\r\nabc\r\n0\r\n\r\n", "3 \r\nabc\r\n0\r\n\r\n", " 3\r\nabc\r\n0\r\n\r\n", "+3\r\nabc\r\n0\r\n\r\n", "-3\r\nabc\r\n0\r\n\r\n", "0x3\r\nabc\r\n0\r\n\r\n", "3\nabc\r\n0\r\n\r\n",
  "3\rabc\r\n0\r\n\r\n", "3\r\nabc\n0\r\n\r\n", "3\r\nabc0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n", "3\r\nabXX0\r\n\r\n", "\r\n3\r\nabc\r\n0\r\n\r\n", "ffffffffffffffff\r\nabc", "100000003\r\nabc\r\n0\r\n\r\n",
  "g\r\nabc", "3;\nGET /admin HTTP/1.1\r\n\r\nabc\r\n0\r\n\r\n", "3_\r\nabc\r\n0\r\n\r\n", "0\r\n\n", "0\n\r\n", "0\r\nContent-Length: 5\r\n\r\n", "0\r\nHost: b\r\n\r\n", "0\r\nX : y\r\n\r\n",
  "0\r\nTransfer-Encoding: chunked\r\n\r\n", "0\r\nX\r\n\r\n", "0\r\n X: y\r\n\r\n", "0\r\nX_Y: z\r\n\r\n", `0\r\n${"A: b\r\n".repeat(40)}\r\n`, "0 \r\n\r\n", "00;\r\n\r\n",
] as const;
for (const body of oddChunks) add(`chunks ${JSON.stringify(body.slice(0, 30))}`, post("Transfer-Encoding: chunked", `${body}${inner}`));
add("chunks, well formed", post("Transfer-Encoding: chunked", `3\r\nabc\r\n00000004\r\ndefg\r\n0\r\n\r\n${inner}`));
add("chunks with a trailer", post("Transfer-Encoding: Chunked", `A\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n${inner}`));

for (const lines of ["X: a\nb", "X: a\rb", "X: a\x00b", "X: a\r\n\tb", "X\r\n: a", "X", ": a", "X:a\x0bb", "X: \x1b[2J", "X: a\x7f", "A\x80: b", "(x): y", "X@: y", "X: y\r\r\n", "X: y\n\n"])
  add(`header ${JSON.stringify(lines)}`, `GET /x HTTP/1.1\r\nHost: a\r\n${lines}\r\n\r\n${inner}`, refuse);
add("all lines end in LF", "GET / HTTP/1.1\nHost: a\n\n", refuse);
add("empty line with LF", "GET / HTTP/1.1\r\nHost: a\r\n\n", refuse);
add("two requests", `GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n`);
add("empty line between requests", `POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n`);
add("bytes after close", `GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n${inner}`);
for (const name of ["Content_Length", "Transfer_Encoding", "content_length", "TRANSFER_ENCODING", "Host_", "X_Forwarded_For", "X_Real_IP", "Cookie_", "X_Request_Id", "Keep_Alive"])
  add(`underscore ${name}`, post(`${name}: 5\r\nContent-Length: 5`, "0\r\n\r\n"), { mustRefuse: !name.endsWith("_") });

/** Our own corpus, made from the rules of RFC 9112 and from published classes of desynchronisation. */
export const smugglingCorpus: readonly Payload[] = payloads;
