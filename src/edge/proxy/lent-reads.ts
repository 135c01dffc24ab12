import { Socket, type SocketConstructorOpts } from "node:net";
import { platform } from "node:process";

/** Where all sockets of this thread read to. The kernel fills it and the receiver is done with it before the next read. */
const lentBuffer: Buffer = Buffer.allocUnsafeSlow(65_536);

/** The fields of Node's sockets that are used where they exist. Not public: their absence means the ordinary way. */
interface SocketParts {
  _handle?: { reading?: boolean } | null;
  _server?: unknown;
  server?: unknown;
}

/**
 * Moves an accepted connection onto a socket that reads into one shared buffer, as `net.connect` offers with `onread`
 * and `net.createServer` does not. It saves an allocation of 64 KiB per read, and an idle connection then holds no
 * read buffer. What is received is lent: valid during the call only.
 *
 * @returns The socket to go on with, or undefined where Node's internals are not what they were (then read `data`).
 */
export function adoptForLentReads(socket: Socket, receive: (chunk: Buffer) => void): Socket | undefined {
  const parts = socket as unknown as SocketParts;
  const handle = parts._handle;
  // On Windows several reads are under way at once, and one buffer for all would mix them.
  if (platform === "win32" || handle === null || handle === undefined || socket.constructor !== Socket)
    return undefined;
  const options = {
    handle,
    allowHalfOpen: true,
    onread: {
      buffer: lentBuffer,
      callback: (length: number, buffer: Uint8Array) => {
        receive((buffer as Buffer).subarray(0, length));
        return true;
      },
    },
  };
  const adopted = new Socket(options as unknown as SocketConstructorOpts);
  const adoptedParts = adopted as unknown as SocketParts;
  // The server counts its connections through this field when they close; the count must move along.
  adoptedParts._server = parts._server;
  adoptedParts.server = parts.server;
  parts._server = null;
  parts._handle = null;
  for (const listener of socket.listeners("close")) adopted.once("close", listener as () => void);
  socket.removeAllListeners();
  return adopted;
}
