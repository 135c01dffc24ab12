import { messageField, numberField, protobufText, readProtobuf, textField } from "../protobuf/protobuf.ts";
import { type EnvoyHeader, headerField, readHeaderMap, readHeaderValue } from "./envoy-headers.ts";

/** What Envoy tells of a request, whichever of its filters asks. */
export interface EnvoyRequest {
  readonly method: string;
  /** Path with query, as it stood in the first line. */
  readonly target: string;
  readonly host: string;
  /** Empty when Envoy does not say. */
  readonly scheme: string;
  /** The client's address as Envoy takes it; empty when it does not say. */
  readonly address: string;
  readonly headers: readonly EnvoyHeader[];
}

/** What Envoy is told to do: let pass with these headers, or answer in the application's place. */
export type EnvoyAnswer =
  | {
      readonly kind: "pass";
      readonly requestHeaders: readonly EnvoyHeader[];
      /** Names that must not reach the application. */
      readonly removed: readonly string[];
      readonly responseHeaders: readonly EnvoyHeader[];
    }
  | {
      readonly kind: "refuse";
      readonly status: number;
      readonly headers: readonly EnvoyHeader[];
      readonly body: string;
    };

interface Draft {
  method: string;
  target: string;
  host: string;
  scheme: string;
  address: string;
  headers: EnvoyHeader[];
}

/**
 * Reads `envoy.service.auth.v3.CheckRequest`: `attributes = 1` with `source = 1`, `request = 4` and its `http = 2`.
 * Field numbers as published in envoyproxy/data-plane-api; unknown fields are skipped. Undefined when it is broken.
 */
export function readCheckRequest(bytes: Uint8Array): EnvoyRequest | undefined {
  const draft: Draft = { method: "", target: "", host: "", scheme: "", address: "", headers: [] };
  const whole = within(bytes, 1, (attributes) =>
    readAll(attributes, {
      1: (source) => within(source, 1, (address) => readAddress(address, draft)),
      4: (request) => within(request, 2, (http) => readHttp(http, draft)),
    }),
  );
  return whole && draft.method !== "" && draft.target !== "" ? draft : undefined;
}

type Reader = (bytes: Uint8Array) => boolean;

function readAll(bytes: Uint8Array, readers: Readonly<Record<number, Reader>>): boolean {
  let fine = true;
  const whole = readProtobuf(bytes, (field, value) => {
    const reader = readers[field];
    if (reader !== undefined && typeof value !== "number") fine = reader(value) && fine;
  });
  return whole && fine;
}

function within(bytes: Uint8Array, field: number, reader: Reader): boolean {
  return readAll(bytes, { [field]: reader });
}

/** `core.v3.Address { SocketAddress socket_address = 1 { string address = 2 } }`. */
function readAddress(bytes: Uint8Array, draft: Draft): boolean {
  return within(bytes, 1, (socket) =>
    readProtobuf(socket, (field, value) => {
      if (field === 2) draft.address = protobufText(value);
    }),
  );
}

function readHttp(bytes: Uint8Array, draft: Draft): boolean {
  let fine = true;
  const whole = readProtobuf(bytes, (field, value) => {
    if (typeof value === "number") return;
    if (field === 2) draft.method = protobufText(value);
    else if (field === 4) draft.target = protobufText(value);
    else if (field === 5) draft.host = protobufText(value);
    else if (field === 6) draft.scheme = protobufText(value);
    else if (field === 3) {
      const header = readHeaderValue(value);
      if (header === undefined) fine = false;
      else draft.headers.push(header);
    } else if (field === 13) {
      const headers = readHeaderMap(value);
      if (headers === undefined) fine = false;
      else draft.headers.push(...headers);
    }
  });
  return whole && fine;
}

const permissionDenied = 7;

/** Renders `CheckResponse`: `status = 1`, `denied_response = 2`, `ok_response = 3`. */
export function renderCheckResponse(answer: EnvoyAnswer): Buffer {
  if (answer.kind === "refuse") {
    return Buffer.concat([
      messageField(1, [numberField(1, permissionDenied)]),
      messageField(2, [
        messageField(1, [numberField(1, answer.status)]),
        ...answer.headers.map((header) => headerField(2, header)),
        textField(3, answer.body),
      ]),
    ]);
  }
  return Buffer.concat([
    messageField(1, []),
    messageField(3, [
      ...answer.requestHeaders.map((header) => headerField(2, header)),
      ...answer.removed.map((name) => textField(5, name)),
      ...answer.responseHeaders.map((header) => headerField(6, header)),
    ]),
  ]);
}
