import { openRawOrigin } from "./gateway-rig.ts";
import { readStrictly } from "./strict-reader.ts";

/** An origin that keeps every byte it is sent and answers every whole request with 200. */
export interface RecordingOrigin {
  readonly port: number;
  /** The bytes of each connection since the last call. */
  take(): string[];
  close(): void;
}

export async function openRecordingOrigin(): Promise<RecordingOrigin> {
  let connections: { bytes: string }[] = [];
  const origin = await openRawOrigin((socket) => {
    const connection = { bytes: "" };
    connections.push(connection);
    let answered = 0;
    socket.on("data", (chunk) => {
      connection.bytes += chunk.toString("latin1");
      const whole = countWhole(connection.bytes);
      for (; answered < whole; answered++) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
  });
  return {
    port: origin.port,
    take() {
      const taken = connections.map((connection) => connection.bytes);
      connections = [];
      return taken.filter((bytes) => bytes !== "");
    },
    close: () => origin.close(),
  };
}

function countWhole(bytes: string): number {
  try {
    return readStrictly(bytes).filter((request) => !request.partial).length;
  } catch {
    return 0;
  }
}
