/** What scripts claim to be. */
export const scriptAgent = "friendly-login/1.4 (+https://friendly-login.example)";

export const chromeAgents: readonly string[] = [140, 141, 142, 143, 144, 150, 153, 154, 155, 156].map(
  (major) =>
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 Safari/537.36`,
);

/** A browser's headers as copied from its developer tools. */
export function browserHeaders(userAgent: string): Readonly<Record<string, string>> {
  const major = /Chrome\/(\d+)/.exec(userAgent)?.[1] ?? "156";
  return {
    "user-agent": userAgent,
    accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "accept-language": "en-US,en;q=0.9",
    "accept-encoding": "gzip, deflate",
    "sec-ch-ua": `"Chromium";v="${major}", "Not(A:Brand";v="24"`,
    "sec-ch-ua-mobile": "?0",
    "sec-ch-ua-platform": '"Windows"',
    "sec-fetch-site": "none",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
  };
}

/** The mobile application's own headers, read out of a capture. */
export const appHeaders: Readonly<Record<string, string>> = {
  "user-agent": "ArenaApp/4.2 (Android 15; okhttp)",
  accept: "application/json",
  "x-app-build": "4217",
};
