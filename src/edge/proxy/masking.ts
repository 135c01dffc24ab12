/** Header names that carry credentials under names of their own. Linear-time: an alternation of literals. */
const secretName = /token|secret|passw|api-?key|apikey|credential|signature|session|(?:^|[-_])auth(?:$|[-_])/i;
const secretParameter =
  /token|secret|passw|api_?key|credential|signature|session|^(?:sig|code|state|jwt|key|auth|sid|pin|otp|pwd)$/i;
const namesMax = 4_096;
const headerNames = new Map<string, boolean>();
const parameterNames = new Map<string, boolean>();

/** RFC 9421 and Web Bot Auth: proofs made for one request and checked against a table of nonces, so judgement must see them. */
const proofNames: ReadonlySet<string> = new Set(["signature", "signature-input", "signature-agent"]);

/** Whether a header of this name is likely to carry a secret. */
export function isSecretName(name: string): boolean {
  if (name.length <= 15 && proofNames.has(name.toLowerCase())) return false;
  return remembered(headerNames, secretName, name);
}

/** Names are chosen by clients, so the memory of them is emptied rather than allowed to grow. */
function remembered(memory: Map<string, boolean>, pattern: RegExp, name: string): boolean {
  const known = memory.get(name);
  if (known !== undefined) return known;
  const secret = pattern.test(name.slice(0, 128));
  if (memory.size >= namesMax) memory.clear();
  memory.set(name, secret);
  return secret;
}

/** Replaces the values of secret-looking parameters; everything else stays as it was sent. */
export function maskQuery(query: string): string {
  if (!query.includes("=")) return query;
  let result = "";
  let kept = 0;
  let start = 0;
  while (start < query.length) {
    let end = query.indexOf("&", start);
    if (end < 0) end = query.length;
    const equals = query.indexOf("=", start);
    if (equals > 0 && equals < end && isSecretValue(query, start, { equals, end })) {
      result += `${query.slice(kept, equals + 1)}[masked]`;
      kept = end;
    }
    start = end + 1;
  }
  return kept === 0 ? query : result + query.slice(kept);
}

function isSecretValue(query: string, start: number, at: { readonly equals: number; readonly end: number }): boolean {
  const value = at.equals + 1;
  // A JSON Web Token gives itself away whatever the parameter is called.
  if (query.startsWith("eyJ", value) && query.indexOf(".", value) < at.end) return true;
  return remembered(parameterNames, secretParameter, query.slice(start, at.equals));
}
