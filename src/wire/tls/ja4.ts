import { hash } from "node:crypto";
import { type ClientHello, extensionType } from "./client-hello.ts";
import { isGrease } from "./grease.ts";

/**
 * JA4, the TLS client fingerprint of FoxIO (technical_details/JA4.md of github.com/FoxIO-LLC/ja4; this one
 * method is BSD-3-Clause, the other JA4+ methods are not and none of them is implemented here).
 *
 * It names an implementation, not a person, and it is presentation: whoever links the same TLS library, or
 * replays a browser's hello byte for byte, gets the same value. It changes when a session is resumed
 * (`pre_shared_key` joins the extensions); `stableTlsFingerprint` does not.
 */
export function ja4(hello: ClientHello): string {
  return renderJa4(hello, withoutGrease(hello.cipherSuites), hashList(hello.cipherSuites));
}

/** Both fingerprints of one hello. */
export interface TlsFingerprints {
  readonly ja4: string;
  readonly stable: string;
}

/** Hellos whose fingerprints are remembered; each takes at most about a kilobyte. */
const rememberedMax = 1_024;
const rememberedLengthMax = 512;

/**
 * Fingerprints hellos and remembers the last: nearly all clients of a site run a handful of programs, whose hellos agree in
 * all that is hashed. Whoever sends a new hello with every connection (a browser that permutes its extensions, an attacker)
 * costs what it did without; the memory is emptied when it is full, which costs the others one calculation each.
 */
export function createTlsFingerprinter(): (hello: ClientHello) => TlsFingerprints {
  const known = new Map<string, TlsFingerprints>();
  return (hello) => {
    const key = identityOf(hello);
    if (key === undefined) return tlsFingerprints(hello);
    const found = known.get(key);
    if (found !== undefined) return found;
    const prints = tlsFingerprints(hello);
    if (known.size >= rememberedMax) known.clear();
    known.set(key, prints);
    return prints;
  };
}

/** All that a fingerprint rests on, one character for each number; undefined where that is too much to remember. */
function identityOf(hello: ClientHello): string | undefined {
  const { cipherSuites, extensions, signatureAlgorithms, supportedVersions, alpn } = hello;
  const protocol = alpn[0] ?? "";
  const lists = [cipherSuites, extensions, signatureAlgorithms, supportedVersions];
  const total = lists.reduce((sum, list) => sum + list.length, 0) + protocol.length;
  if (total > rememberedLengthMax) return undefined;
  // The lengths in front keep two different hellos from ever having one text.
  let text = String.fromCharCode(hello.legacyVersion, ...lists.map((list) => list.length));
  for (const list of lists) text += String.fromCharCode(...list);
  return text + protocol;
}

/** Both fingerprints of one hello; the cipher suites, which they share, are hashed once. */
export function tlsFingerprints(hello: ClientHello): TlsFingerprints {
  const ciphers = withoutGrease(hello.cipherSuites);
  const ciphersHash = hashList(ciphers);
  return { ja4: renderJa4(hello, ciphers, ciphersHash), stable: renderStable(hello, ciphers, ciphersHash) };
}

function renderJa4(hello: ClientHello, ciphers: readonly number[], ciphersHash: string): string {
  const extensions = withoutGrease(hello.extensions);
  const hashed = extensions.filter((type) => type !== extensionType.serverName && type !== extensionType.alpn);
  const named = hello.extensions.includes(extensionType.serverName) ? "d" : "i";
  const head = `t${versionOf(hello)}${named}${count(ciphers.length)}${count(extensions.length)}${alpnOf(hello.alpn[0])}`;
  return `${head}_${ciphersHash}_${hashExtensions(hashed, hello.signatureAlgorithms)}`;
}

/**
 * Extensions whose presence depends on the moment and not on the client: resumption (ticket, pre-shared key,
 * early data), a retry (cookie), padding to a size, and what is being asked for (name, protocols: a browser
 * offers no h2 and no ALPS for a WebSocket).
 */
const momentary: ReadonlySet<number> = new Set([
  extensionType.serverName,
  extensionType.alpn,
  extensionType.padding,
  extensionType.sessionTicket,
  extensionType.preSharedKey,
  extensionType.earlyData,
  extensionType.cookie,
  extensionType.applicationSettingsOld,
  extensionType.applicationSettings,
]);

/**
 * Gait's own fingerprint of a TLS client in the layout of JA4, without what changes from one connection of a
 * client to its next; so a resumed session, a WebSocket and a bare address keep one identity. Begins with "g"
 * so that nobody takes it for a JA4. Coarser than JA4: two clients that differ only in those extensions share it.
 */
export function stableTlsFingerprint(hello: ClientHello): string {
  return renderStable(hello, withoutGrease(hello.cipherSuites), hashList(hello.cipherSuites));
}

function renderStable(hello: ClientHello, ciphers: readonly number[], ciphersHash: string): string {
  const extensions = withoutGrease(hello.extensions).filter((type) => !momentary.has(type));
  const head = `g${versionOf(hello)}${count(ciphers.length)}${count(extensions.length)}`;
  return `${head}_${ciphersHash}_${hashExtensions(extensions, hello.signatureAlgorithms)}`;
}

const versionNames: Readonly<Record<number, string>> = {
  772: "13",
  771: "12",
  770: "11",
  769: "10",
  768: "s3",
  2: "s2",
};

/** The highest version offered: of supported_versions where it was sent, else the legacy field. */
function versionOf(hello: ClientHello): string {
  const offered = withoutGrease(hello.supportedVersions);
  const version = offered.length > 0 ? Math.max(...offered.slice(0, 127)) : hello.legacyVersion;
  return versionNames[version] ?? "00";
}

function count(length: number): string {
  return String(Math.min(length, 99)).padStart(2, "0");
}

/**
 * First and last character of the first protocol. A byte outside ASCII is written "9", as the reference
 * implementations and their published snapshots do (the text of JA4.md would give its hexadecimal digit); an
 * ASCII character that is not alphanumeric turns both into ends of the hexadecimal form.
 */
function alpnOf(protocol: string | undefined): string {
  if (protocol === undefined || protocol === "") return "00";
  const first = protocol.charCodeAt(0);
  const last = protocol.charCodeAt(protocol.length - 1);
  if (first > 127 || last > 127) return `${first > 127 ? "9" : protocol[0]}${last > 127 ? "9" : protocol.at(-1)}`;
  const ends = `${protocol[0]}${protocol.at(-1)}`;
  if (/^[A-Za-z0-9]{2}$/.test(ends)) return ends;
  return `${byteHex(first)[0]}${byteHex(last)[1]}`;
}

function byteHex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

function hashExtensions(extensions: readonly number[], signatureAlgorithms: readonly number[]): string {
  if (extensions.length === 0) return "000000000000";
  const listed = hexList(Uint16Array.from(extensions).sort());
  const algorithms = withoutGrease(signatureAlgorithms);
  return digest(algorithms.length === 0 ? listed : `${listed}_${hexList(algorithms)}`);
}

/** GREASE is left out here too, so that callers may pass a list as it came. */
function hashList(values: readonly number[]): string {
  const plain = withoutGrease(values);
  return plain.length === 0 ? "000000000000" : digest(hexList(Uint16Array.from(plain).sort()));
}

function withoutGrease(values: readonly number[]): readonly number[] {
  return values.some(isGrease) ? values.filter((value) => !isGrease(value)) : values;
}

/** Four digits each, joined by commas. */
function hexList(values: Iterable<number>): string {
  let text = "";
  for (const value of values) text += `,${(value + 0x10000).toString(16).slice(1)}`;
  return text.slice(1);
}

function digest(text: string): string {
  return hash("sha256", text, "hex").slice(0, 12);
}
