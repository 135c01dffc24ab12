import { isIP } from "node:net";

/** Where a listener stands: an address and port, or a Unix socket. Port 0: any free one. */
export type ListenAddress =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** What is wrong with an address, as half a sentence. */
export interface AddressFault {
  readonly kind: "fault";
  readonly reason: string;
  readonly suggestion?: string;
}

/** A Unix socket's path must fit `sockaddr_un`: 108 bytes on Linux, 104 on macOS, one for the final NUL. */
const socketPathBytesMax = 103;

/**
 * Reads `127.0.0.1:8080`, `[::1]:8080` or `unix:/run/gait/admin.sock`. A bare port is refused, because whether it
 * means the whole world or this machine differs from product to product, and guessing wrong opens a door.
 */
export function parseListenAddress(text: string): ListenAddress | AddressFault {
  if (text.startsWith("unix:")) return parseSocketPath(text.slice(5));
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,9})$/.exec(text);
  if (match === null) {
    if (/^\d{1,5}$/.test(text)) {
      return { kind: "fault", reason: `${quote(text)} has a port but no address`, suggestion: `127.0.0.1:${text}` };
    }
    if (/^https?:\/\//.test(text)) {
      const bare = text.replace(/^https?:\/\//, "").replace(/\/[\s\S]*$/, "");
      return { kind: "fault", reason: `${quote(text)} is a URL; expected ADDRESS:PORT`, suggestion: bare };
    }
    if (isIP(text) !== 0) {
      const shown = isIP(text) === 6 ? `[${text}]` : text;
      return { kind: "fault", reason: `${quote(text)} has no port`, suggestion: `${shown}:8080` };
    }
    return { kind: "fault", reason: `expected ADDRESS:PORT (or unix:PATH), found ${quote(text)}` };
  }
  const host = match[1] ?? match[2] ?? "";
  const port = Number(match[3]);
  if (port > 65_535) return { kind: "fault", reason: `port ${port} is above 65535` };
  if (host === "") {
    return { kind: "fault", reason: `${quote(text)} has a port but no address`, suggestion: `127.0.0.1:${port}` };
  }
  if (host === "*") {
    return {
      kind: "fault",
      reason: `"*" is not an address; every address is 0.0.0.0 or [::]`,
      suggestion: `0.0.0.0:${port}`,
    };
  }
  if (isIP(host) === 0 && host !== "localhost") {
    return { kind: "fault", reason: `${quote(host)} is not an IP address of this machine` };
  }
  return { kind: "tcp", host, port };
}

/** True when only this machine can reach the listener. */
export function isLoopback(address: ListenAddress): boolean {
  if (address.kind === "unix") return true;
  return address.host === "localhost" || address.host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(address.host);
}

/** The address as it is written in config and in URLs. */
export function renderListenAddress(address: ListenAddress): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

function parseSocketPath(path: string): ListenAddress | AddressFault {
  if (path === "") return { kind: "fault", reason: `"unix:" lacks the path of the socket` };
  const bytes = Buffer.byteLength(path);
  if (bytes > socketPathBytesMax) {
    return { kind: "fault", reason: `the socket's path has ${bytes} bytes; at most ${socketPathBytesMax} fit` };
  }
  return { kind: "unix", path };
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
