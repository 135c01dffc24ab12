// Tells Gait what the application answered: runs in nginx (njs 0.7 or newer, Debian: libnginx-mod-http-js).
// nginx has no variable that shows every Set-Cookie line, and `mirror` copies requests only; this reads them all.
// Cookie values never leave nginx: they are hashed here, with the key that `gait serve` wrote for this connector.

const cookiesMax = 64;
const attributesMax = 1024;

// HalfSipHash-2-4 with 64-bit output, cut to 53 bits: the function by which Gait hashes the cookies of requests.
// One loop does it all, because a function call costs more here than the arithmetic.
function keyedHash(k0, k1, text) {
  const bytes = Buffer.from(text, "utf8");
  const length = bytes.length;
  let v0 = k0,
    v1 = 0xee ^ k1,
    v2 = 0x6c796765 ^ k0,
    v3 = 0x74656462 ^ k1;
  let low = 0;
  // Rounds: two for each word, then four and four to finish.
  const words = (length >> 2) + 1;
  for (let i = 0; i < words + 2; i++) {
    let word = 0,
      rounds = 2;
    if (i < words - 1) {
      word = bytes.readInt32LE(i * 4);
    } else if (i === words - 1) {
      word = length << 24;
      for (let at = i * 4; at < length; at++) word |= bytes[at] << ((at & 3) << 3);
    } else {
      rounds = 4;
      if (i === words) v2 ^= 0xee;
      else v1 ^= 0xdd;
    }
    v3 ^= word;
    for (let round = 0; round < rounds; round++) {
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
    }
    v0 ^= word;
    if (i === words) low = (v1 ^ v3) >>> 0;
  }
  const high = ((v1 ^ v3) & 0x1fffff) >>> 0;
  const hash = high * 4294967296 + low;
  return hash === 0 ? 1 : hash;
}

// Name, hash of the value, attributes as they stand.
function cookieOf(line, k0, k1) {
  const semicolon = line.indexOf(";");
  const pair = semicolon < 0 ? line : line.slice(0, semicolon);
  const equals = pair.indexOf("=");
  const name = equals < 0 ? "" : pair.slice(0, equals).trim();
  const value = (equals < 0 ? pair : pair.slice(equals + 1)).trim();
  return [name, keyedHash(k0, k1, value), semicolon < 0 ? "" : line.slice(semicolon, semicolon + attributesMax)];
}

// The value of $gait_answer, read when nginx writes its log, after the answer was sent.
function answer(r) {
  const key = r.variables.gait_key;
  const lines = r.headersOut["Set-Cookie"] || [];
  let cookies = [];
  if (lines.length > 0) {
    const k0 = parseInt(key.slice(0, 8), 16) | 0;
    const k1 = parseInt(key.slice(8), 16) | 0;
    cookies = lines.slice(0, cookiesMax).map((line) => cookieOf(line, k0, k1));
  }
  return JSON.stringify({
    id: r.variables.request_id,
    status: r.status,
    bytes: Number(r.variables.body_bytes_sent),
    ms: Math.round(Number(r.variables.request_time) * 1000),
    type: r.headersOut["Content-Type"] || "",
    // The path alone: queries of redirects carry codes and tokens.
    location: String(r.headersOut.Location || "")
      .replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, "")
      .replace(/[?#].*$/, ""),
    cookies: cookies,
  });
}

export default { answer };
