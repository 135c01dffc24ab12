import { messageField, numberField, protobufText, readProtobuf, textField } from "../protobuf/protobuf.ts";

/** Name and value of one header, as Envoy shows them: names in lower case, pseudo-headers among them. */
export type EnvoyHeader = readonly [name: string, value: string];

/** Caps what one message may hold; Envoy's own cap is 100 headers. */
const headersMax = 256;

/** Reads `envoy.config.core.v3.HeaderMap { repeated HeaderValue headers = 1 }`; undefined when it is broken. */
export function readHeaderMap(bytes: Uint8Array): readonly EnvoyHeader[] | undefined {
  const headers: EnvoyHeader[] = [];
  let broken = false;
  const whole = readProtobuf(bytes, (field, value) => {
    if (field !== 1 || typeof value === "number") return;
    const header = readHeaderValue(value);
    if (header === undefined || headers.length >= headersMax) broken = true;
    else headers.push(header);
  });
  return whole && !broken ? headers : undefined;
}

/** `HeaderValue { string key = 1; string value = 2; bytes raw_value = 3 }`; also an entry of `map<string, string>`. */
export function readHeaderValue(bytes: Uint8Array): EnvoyHeader | undefined {
  let name = "";
  let text = "";
  const whole = readProtobuf(bytes, (field, value) => {
    if (field === 1) name = protobufText(value);
    else if (field === 2 || (field === 3 && text === "")) text = protobufText(value);
  });
  return whole ? [name, text] : undefined;
}

const overwriteOrAdd = 2;

/**
 * `HeaderValueOption { HeaderValue header = 1; HeaderAppendAction append_action = 3 }` as a field: what stands there
 * under that name is replaced, so that a client's own claim never stays beside ours.
 */
export function headerField(field: number, [name, value]: EnvoyHeader): Buffer {
  return messageField(field, [
    messageField(1, [textField(1, name), textField(2, value)]),
    numberField(3, overwriteOrAdd),
  ]);
}
