import { messageField, numberField, protobufText, readProtobuf, textField } from "../protobuf/protobuf.ts";
import { type EnvoyHeader, headerField, readHeaderMap } from "./envoy-headers.ts";
import type { EnvoyAnswer } from "./ext-authz.ts";

/** One message of Envoy's `ext_proc` stream. */
export type ProcessingRequest =
  | {
      readonly kind: "request-headers" | "response-headers";
      readonly headers: readonly EnvoyHeader[];
      /** Attributes that the configuration asks for, such as `source.address`. */
      readonly attributes: ReadonlyMap<string, string>;
    }
  /** Bodies and trailers, which we did not ask for: they are waved through. `part` is the number of the field. */
  | { readonly kind: "other"; readonly part: number };

const part = { requestHeaders: 2, responseHeaders: 3, bodyFirst: 4, trailersLast: 7 } as const;

/**
 * Reads `envoy.service.ext_proc.v3.ProcessingRequest`: `request_headers = 2`, `response_headers = 3`, bodies and
 * trailers 4 to 7, `attributes = 9`. Undefined when it is broken or says nothing.
 */
export function readProcessingRequest(bytes: Uint8Array): ProcessingRequest | undefined {
  const attributes = new Map<string, string>();
  let headers: readonly EnvoyHeader[] | undefined;
  let found = 0;
  let fine = true;
  const whole = readProtobuf(bytes, (field, value) => {
    if (typeof value === "number") return;
    if (field === part.requestHeaders || field === part.responseHeaders) {
      found = field;
      fine = readOne(value, 1, (map) => {
        headers = readHeaderMap(map);
        return headers !== undefined;
      });
    } else if (field >= part.bodyFirst && field <= part.trailersLast) found = field;
    else if (field === 9) fine = readOne(value, 2, (struct) => readStruct(struct, attributes)) && fine;
  });
  if (!whole || !fine || found === 0) return undefined;
  if (found >= part.bodyFirst) return { kind: "other", part: found };
  return {
    kind: found === part.requestHeaders ? "request-headers" : "response-headers",
    headers: headers ?? [],
    attributes,
  };
}

function readOne(bytes: Uint8Array, wanted: number, reader: (bytes: Uint8Array) => boolean): boolean {
  let fine = true;
  const whole = readProtobuf(bytes, (field, value) => {
    if (field === wanted && typeof value !== "number") fine = reader(value) && fine;
  });
  return whole && fine;
}

const attributesMax = 64;

/** `google.protobuf.Struct { map<string, Value> fields = 1 }`, of which texts are kept (`Value.string_value = 3`). */
function readStruct(bytes: Uint8Array, into: Map<string, string>): boolean {
  return readOne(bytes, 1, (entry) => {
    let name = "";
    let text = "";
    const whole = readProtobuf(entry, (field, value) => {
      if (field === 1) name = protobufText(value);
      else if (field === 2 && typeof value !== "number") {
        readProtobuf(value, (kind, inner) => {
          if (kind === 3) text = protobufText(inner);
        });
      }
    });
    if (whole && into.size < attributesMax) into.set(name, text);
    return whole;
  });
}

/** Answers `request_headers`: pass on with changed headers (`request_headers = 1`), or `immediate_response = 7`. */
export function renderRequestProcessed(answer: EnvoyAnswer): Buffer {
  if (answer.kind === "refuse") {
    return messageField(7, [
      messageField(1, [numberField(1, answer.status)]),
      messageField(
        2,
        answer.headers.map((header) => headerField(1, header)),
      ),
      textField(3, answer.body),
    ]);
  }
  return headersProcessed(1, answer.requestHeaders, answer.removed);
}

/** Answers `response_headers` with the headers to set (`response_headers = 2`). */
export function renderResponseProcessed(headers: readonly EnvoyHeader[]): Buffer {
  return headersProcessed(2, headers, []);
}

/** Waves a body or trailers through: the answer's field is one below the question's. */
export function renderWavedThrough(askedPart: number): Buffer {
  return messageField(askedPart - 1, []);
}

/** `HeadersResponse { CommonResponse response = 1 { HeaderMutation header_mutation = 2 { set = 1, remove = 2 } } }`. */
function headersProcessed(field: number, set: readonly EnvoyHeader[], removed: readonly string[]): Buffer {
  return messageField(field, [
    messageField(1, [
      messageField(2, [...set.map((header) => headerField(1, header)), ...removed.map((name) => textField(2, name))]),
    ]),
  ]);
}
