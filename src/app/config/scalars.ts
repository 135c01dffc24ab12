import { BlockList, isIP } from "node:net";
import { z } from "zod";
import { byteSizePattern, parseByteSize } from "./byte-size.ts";
import type { ByteSizeText } from "./config.ts";
import { durationPattern, parseDuration } from "./duration.ts";
import { parseListenAddress } from "./listen-address.ts";

/** A fault as half a sentence, with what was probably meant. */
interface Fault {
  readonly reason: string;
  readonly suggestion?: string | undefined;
}

const textMax = 2_048;

/** A string that `fault` finds nothing wrong with. The suggestion travels in the issue's `params`. */
function checkedText(fault: (text: string) => Fault | undefined): z.ZodString {
  return z
    .string()
    .min(1, { error: "is empty" })
    .max(textMax, { error: `is longer than ${textMax} characters` })
    .superRefine((text, context) => {
      if (text.length === 0 || text.length > textMax) return;
      const found = fault(text);
      if (found === undefined) return;
      context.addIssue({ code: "custom", message: found.reason, params: { suggestion: found.suggestion } });
    });
}

export const listenText: z.ZodString = checkedText((text) => {
  const address = parseListenAddress(text);
  return address.kind === "fault" ? address : undefined;
});

/** Listeners for traffic; the admin alone may stand on a Unix socket. */
export const listenTcpText: z.ZodString = checkedText((text) => {
  const address = parseListenAddress(text);
  if (address.kind === "fault") return address;
  return address.kind === "unix" ? { reason: "traffic needs ADDRESS:PORT; unix: is for admin.socket" } : undefined;
});

/** `http://host:port` or `https://host:port`, nothing behind it: paths are forwarded as they come. */
export const upstreamText: z.ZodString = checkedText((text) => {
  const quoted = JSON.stringify(text);
  if (/^[\w.-]+:\d+$|^localhost$/.test(text)) {
    return { reason: `${quoted} lacks its scheme; expected http://HOST:PORT`, suggestion: `http://${text}` };
  }
  if (!URL.canParse(text)) return { reason: `${quoted} is not a URL; expected http://HOST:PORT` };
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return { reason: `scheme ${JSON.stringify(url.protocol)} is not supported; expected http: or https:` };
  if (url.username !== "" || url.password !== "") return { reason: "credentials do not belong into an upstream's URL" };
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    return { reason: `an upstream has no path; requests keep their own`, suggestion: `${url.protocol}//${url.host}` };
  }
  return undefined;
});

/** An address or a CIDR network. Host bits must be zero, because `10.0.0.1/8` is a mistake more often than a wish. */
export const networkText: z.ZodString = checkedText((text) => {
  const [address = "", prefix, ...more] = text.split("/");
  const family = isIP(address);
  const quoted = JSON.stringify(text);
  if (family === 0 || more.length > 0) return { reason: `${quoted} is neither an IP address nor a CIDR network` };
  if (prefix === undefined) return undefined;
  const bits = family === 4 ? 32 : 128;
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > bits) {
    return { reason: `prefix /${prefix} of ${quoted} is not between 0 and ${bits}` };
  }
  const start = networkStart(address, Number(prefix), family === 4 ? "ipv4" : "ipv6");
  if (start !== undefined)
    return { reason: `${quoted} has bits set behind its prefix`, suggestion: `${start}/${prefix}` };
  return undefined;
});

/** The network's first address where `address` is not that already; IPv4 only, IPv6 is left to the reader. */
function networkStart(address: string, prefix: number, family: "ipv4" | "ipv6"): string | undefined {
  if (family === "ipv6") {
    // BlockList throws on what it cannot hold; asking it is the cheapest check that the pair is usable.
    new BlockList().addSubnet(address, prefix, family);
    return undefined;
  }
  const parts = address.split(".").map(Number);
  const masked = parts.map((part, index) => {
    const bits = Math.min(8, Math.max(0, prefix - index * 8));
    return part & (0xff << (8 - bits)) & 0xff;
  });
  return masked.some((part, index) => part !== parts[index]) ? masked.join(".") : undefined;
}

/** `shop.example` or `*.shop.example`; no port, no scheme. */
export const hostText: z.ZodString = checkedText((text) => {
  const quoted = JSON.stringify(text);
  if (/^https?:\/\//.test(text)) {
    return {
      reason: `${quoted} is a URL; expected a host name`,
      suggestion: text.replace(/^https?:\/\//, "").replace(/[:/][\s\S]*$/, ""),
    };
  }
  if (/:\d+$/.test(text))
    return { reason: `${quoted} has a port; hosts are matched without`, suggestion: text.replace(/:\d+$/, "") };
  if (!/^(?:\*\.)?[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?$/.test(text) && isIP(text) === 0) {
    return { reason: `${quoted} is not a host name; a "*." may stand in front and nowhere else` };
  }
  return text === text.toLowerCase() ? undefined : { reason: `${quoted} has capitals`, suggestion: text.toLowerCase() };
});

/** A path prefix, matched on segment borders: `/api` holds `/api/x`, not `/apix`. */
export const pathText: z.ZodString = checkedText((text) => {
  const quoted = JSON.stringify(text);
  if (!text.startsWith("/")) return { reason: `${quoted} does not begin with "/"`, suggestion: `/${text}` };
  if (/[*?]/.test(text)) {
    return {
      reason: `${quoted} has a wildcard; a path holds everything below it`,
      suggestion: text.replace(/[*?][\s\S]*$/, "").replace(/(.)\/$/, "$1"),
    };
  }
  if (/[\s#]/.test(text)) return { reason: `${quoted} has characters that no path has` };
  return undefined;
});

export const methodText: z.ZodString = checkedText((text) => {
  const quoted = JSON.stringify(text);
  if (!/^[A-Za-z][A-Za-z0-9-]{0,31}$/.test(text)) return { reason: `${quoted} is not an HTTP method` };
  return text === text.toUpperCase()
    ? undefined
    : { reason: `methods are case-sensitive; found ${quoted}`, suggestion: text.toUpperCase() };
});

export const nameText: z.ZodString = checkedText((text) =>
  /^[a-z][a-z0-9-]{0,62}$/.test(text)
    ? undefined
    : {
        reason: `${JSON.stringify(text)} is no name; expected lower-case letters, digits and "-", beginning with a letter`,
      },
);

/** A header's name: a token by RFC 9110 section 5.6.2. */
export const headerText: z.ZodString = checkedText((text) =>
  /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/.test(text)
    ? undefined
    : { reason: `${JSON.stringify(text)} is no header name; expected letters, digits and "-", such as X-JA4` },
);

export const fileText: z.ZodString = checkedText(() => undefined);

export const durationText: z.ZodString = checkedText((text) => {
  if (parseDuration(text) !== undefined) return undefined;
  const loose = /^(\d+)\s*([A-Za-z]\w*)$/.exec(text);
  const unit = {
    sec: "s",
    secs: "s",
    second: "s",
    seconds: "s",
    min: "m",
    mins: "m",
    minute: "m",
    minutes: "m",
    hour: "h",
    hours: "h",
    day: "d",
    days: "d",
    week: "w",
    weeks: "w",
  }[loose?.[2] ?? ""];
  return {
    reason: `${JSON.stringify(text)} is no duration; expected a whole number and ms, s, m, h, d or w`,
    suggestion: unit === undefined ? undefined : `${loose?.[1]}${unit}`,
  };
}).meta({ pattern: durationPattern.source });

export const byteSize: z.ZodType<ByteSizeText> = z
  .union([z.number().int().min(0), z.string()])
  .superRefine((value, context) => {
    if (typeof value === "number" || parseByteSize(value) !== undefined) return;
    const upper = value.replace(/\s|i/g, "").toUpperCase();
    context.addIssue({
      code: "custom",
      message: `${JSON.stringify(value)} is no size; expected a whole number and B, KB, MB, GB or TB`,
      params: { suggestion: byteSizePattern.test(upper) ? upper : undefined },
    });
  });
