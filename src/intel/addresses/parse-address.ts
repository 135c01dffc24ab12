/** An address as 32-bit words in network order. IPv4 (and IPv4-mapped IPv6) fills `words[0]` alone. */
export type AddressWords = Uint32Array;

/** A buffer for `parseAddress`, reusable. */
export function createAddressWords(): AddressWords {
  return new Uint32Array(4);
}

/**
 * Reads an IP address into `words`: 4 or 6 says which family it is, 0 that it is no address.
 * IPv4-mapped IPv6 (`::ffff:192.0.2.1`, RFC 4291 section 2.5.5.2) is read as the IPv4 address it stands for, so that
 * no list can be passed by spelling an address differently. Octets with leading zeros, zone ids and brackets are refused.
 */
export function parseAddress(text: string, words: AddressWords): 0 | 4 | 6 {
  if (text.length < 2 || text.length > 45) return 0;
  if (!text.includes(":")) {
    const value = parseFour(text, 0);
    if (value < 0) return 0;
    words[0] = value;
    return 4;
  }
  if (!parseSix(text, words)) return 0;
  if (words[0] === 0 && words[1] === 0 && words[2] === 0xffff) {
    words[0] = words[3] ?? 0;
    return 4;
  }
  return 6;
}

function parseFour(text: string, from: number): number {
  let value = 0;
  let octet = -1;
  let dots = 0;
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      if (octet < 0 || ++dots > 3) return -1;
      value = value * 256 + octet;
      octet = -1;
    } else if (code >= 48 && code <= 57) {
      if (octet === 0) return -1;
      octet = (octet < 0 ? 0 : octet * 10) + code - 48;
      if (octet > 255) return -1;
    } else return -1;
  }
  return dots === 3 && octet >= 0 ? value * 256 + octet : -1;
}

const groups = new Uint16Array(8);

function parseSix(text: string, words: AddressWords): boolean {
  let count = 0;
  let gap = -1;
  let i = 0;
  if (text.startsWith("::")) {
    gap = 0;
    i = 2;
  } else if (text.charCodeAt(0) === 58) return false;
  while (i < text.length) {
    if (count === 8) return false;
    let value = 0;
    let digits = 0;
    const start = i;
    for (; i < text.length; i++) {
      const digit = hexDigit(text.charCodeAt(i));
      if (digit < 0) break;
      if (++digits > 4) return false;
      value = value * 16 + digit;
    }
    if (text.charCodeAt(i) === 46) {
      const four = count <= 6 ? parseFour(text, start) : -1;
      if (four < 0) return false;
      groups[count++] = four >>> 16;
      groups[count++] = four & 0xffff;
      break;
    }
    if (digits === 0) return false;
    groups[count++] = value;
    if (i === text.length) break;
    if (text.charCodeAt(i++) !== 58) return false;
    if (text.charCodeAt(i) === 58) {
      if (gap >= 0) return false;
      gap = count;
      i++;
    } else if (i === text.length) return false;
  }
  if (gap < 0 ? count !== 8 : count > 7) return false;
  const shift = 8 - count;
  for (let word = 0; word < 4; word++) {
    words[word] = group(word * 2, gap, shift) * 65_536 + group(word * 2 + 1, gap, shift);
  }
  return true;
}

function group(index: number, gap: number, shift: number): number {
  if (gap < 0 || index < gap) return groups[index] ?? 0;
  return index < gap + shift ? 0 : (groups[index - shift] ?? 0);
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  if (code >= 97 && code <= 102) return code - 87;
  if (code >= 65 && code <= 70) return code - 55;
  return -1;
}
