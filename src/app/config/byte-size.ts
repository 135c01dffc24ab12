const unitBytes: Readonly<Record<string, number>> = Object.freeze({
  "": 1,
  B: 1,
  KB: 1_024,
  MB: 1_024 ** 2,
  GB: 1_024 ** 3,
  TB: 1_024 ** 4,
});

/** An amount of bytes as people write it: `64KB`, `10MB`; steps of 1,024. */
export const byteSizePattern: RegExp = /^(\d{1,9})(B|KB|MB|GB|TB)?$/;

/** `"64KB"` → 65,536. Returns undefined when `text` is no amount of bytes. */
export function parseByteSize(text: string): number | undefined {
  const match = byteSizePattern.exec(text);
  const unit = unitBytes[match?.[2] ?? ""];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}
