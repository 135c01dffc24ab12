/**
 * Text from a log made safe for a terminal or a text file: control characters, escape sequences, line separators,
 * bidirectional overrides and invisible characters are written out. Defends against log content that repaints the
 * screen, forges lines of the report or hides what it says (terminal escape injection, "Trojan Source").
 */
export function printable(text: string, charsMax: number): string {
  const shown = text.replace(
    /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
  return shown.length > charsMax ? `${shown.slice(0, Math.max(1, charsMax - 1))}…` : shown;
}
