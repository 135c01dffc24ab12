import type { BotPurpose } from "#core";

/** Why a declared bot comes, in words for a report. */
export const purposeWords: Readonly<Record<BotPurpose, string>> = {
  train: "AI training",
  "user-triggered": "AI assistants",
  search: "search engines",
  seo: "SEO crawlers",
  preview: "link previews",
  feed: "feed readers",
  monitor: "monitors",
  archive: "archives",
  security: "security scanners",
  tool: "libraries and tools",
  other: "others",
};
