import { printable } from "../printable.ts";

/** Markup that is known to be safe: made by `html` alone. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | readonly Html[];

const textCharsMax = 4_096;

/**
 * Markup from a template: every value in it is escaped unless it is markup itself, so that nothing from a log can
 * become an element, an attribute or a script (cross-site scripting), whatever it says. Control and invisible
 * characters are written out. Attribute values must stand in double quotes; none of them is a link or a style.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let text = strings[0] ?? "";
  parts.forEach((part, index) => {
    text += render(part) + (strings[index + 1] ?? "");
  });
  return new Html(text);
}

function render(part: Part): string {
  if (part instanceof Html) return part.text;
  if (typeof part === "number") return String(part);
  if (typeof part === "string") return escapeHtml(part);
  return part.map((one) => one.text).join("");
}

/** Text as markup shows it, in elements and in double-quoted attributes. */
export function escapeHtml(text: string): string {
  return printable(text, textCharsMax)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;")
    .replaceAll("`", "&#96;");
}
