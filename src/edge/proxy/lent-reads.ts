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

/** The slots in which a socket keeps its buffer and callback; undefined where this runtime has others. */
const slots: { readonly buffer: symbol; readonly callback: symbol } | undefined = findSlots();

function findSlots(): { readonly buffer: symbol; readonly callback: symbol } | undefined {
  const own = Object.getOwnPropertySymbols(new Socket());
  const buffer = own.find(({ description }) => description === "kBuffer");
  const callback = own.find(({ description }) => description === "kBufferCb");
  return buffer === undefined || callback === undefined ? undefined : { buffer, callback };
}

/**
 * Makes an open socket, of TLS too, read into the shared buffer from now on, in place of making a second socket around
 * its handle. What is received is lent: valid during the call only. Nobody may listen for `data` on such a socket.
 *
 * @returns Forgets the receiver; undefined where nothing was lent: other internals than expected, or bytes that were read
 * already and wait inside.
 */
export function lendReads(socket: Socket, receive: (chunk: Buffer) => void): (() => void) | undefined {
  const { _handle: handle } = socket as unknown as {
    readonly _handle?: { useUserBuffer?: (buffer: Buffer) => void } | null;
  };
  if (platform === "win32" || slots === undefined || socket.readableLength > 0 || socket.readableFlowing !== null)
    return undefined;
  if (handle === null || handle === undefined || typeof handle.useUserBuffer !== "function") return undefined;
  const { buffer, callback } = slots;
  handle.useUserBuffer(lentBuffer);
  Object.assign(socket, {
    [buffer]: lentBuffer,
    [callback]: (length: number) => {
      receive(lentBuffer.subarray(0, length));
      return true;
    },
  });
  return () => Object.assign(socket, { [callback]: drop });
}

function drop(): boolean {
  return true;
}
