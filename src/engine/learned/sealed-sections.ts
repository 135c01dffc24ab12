import { createHash } from "node:crypto";

/** "GAITLRND" and the version of the layout and of what the sections hold. */
const magic = "GAITLRND";
const version = 1;
/** magic 8, version 4, length of the rest 4, SHA-256 32. */
const headBytes = 48;
const sectionsMax = 16;

/** What came of opening sealed bytes. */
export type Unsealed =
  | { readonly kind: "opened"; readonly sections: Readonly<Record<string, Uint8Array>> }
  | { readonly kind: "refused"; readonly reason: string };

/**
 * Named sections as one piece of bytes with a version and a SHA-256 over everything else, so that a file cut short by a
 * crash, or changed, is recognised before anything of it is believed.
 */
export function seal(sections: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [name, bytes] of Object.entries(sections)) {
    const label = new TextEncoder().encode(name);
    const head = new Uint8Array(8);
    const view = new DataView(head.buffer);
    view.setUint32(0, label.length, true);
    view.setUint32(4, bytes.length, true);
    parts.push(head, label, bytes);
  }
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const sealed = new Uint8Array(headBytes + length);
  const view = new DataView(sealed.buffer);
  sealed.set(new TextEncoder().encode(magic), 0);
  view.setUint32(8, version, true);
  view.setUint32(12, length, true);
  let at = headBytes;
  for (const part of parts) {
    sealed.set(part, at);
    at += part.length;
  }
  sealed.set(digest(sealed), 16);
  return sealed;
}

/** Opens what `seal` made, or says why not. */
export function unseal(bytes: Uint8Array): Unsealed {
  const reason = refusal(bytes);
  if (reason !== undefined) return { kind: "refused", reason };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const sections: Record<string, Uint8Array> = {};
  let at = headBytes;
  for (let count = 0; at + 8 <= bytes.length && count < sectionsMax; count++) {
    const nameEnd = at + 8 + view.getUint32(at, true);
    const end = nameEnd + view.getUint32(at + 4, true);
    if (end > bytes.length) return { kind: "refused", reason: "a section reaches beyond its end" };
    // A copy with memory of its own: `slice` of a Buffer would be a view into everything.
    sections[new TextDecoder().decode(bytes.subarray(at + 8, nameEnd))] = new Uint8Array(bytes.subarray(nameEnd, end));
    at = end;
  }
  return { kind: "opened", sections };
}

function digest(sealed: Uint8Array): Uint8Array {
  const hash = createHash("sha256");
  hash.update(sealed.subarray(0, 16));
  hash.update(sealed.subarray(headBytes));
  return hash.digest();
}

function refusal(bytes: Uint8Array): string | undefined {
  if (bytes.length < headBytes) return `expected at least ${headBytes} bytes, found ${bytes.length}`;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (new TextDecoder().decode(bytes.subarray(0, 8)) !== magic) return "it is no learned state of Gait";
  const found = view.getUint32(8, true);
  if (found !== version) return `expected version ${version}, found ${found}`;
  const length = headBytes + view.getUint32(12, true);
  if (bytes.length !== length) return `expected ${length} bytes, found ${bytes.length}: it was cut short`;
  const wanted = digest(bytes);
  return wanted.every((byte, index) => byte === bytes[16 + index])
    ? undefined
    : "its checksum does not match: it is damaged";
}
