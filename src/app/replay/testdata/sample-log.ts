/** A small log with people, a scraper behind rotating user agents, a declared bot and a few broken lines. */
export function sampleLog(): string {
  const lines: { at: number; text: string }[] = [];
  const stamp = (second: number): string => {
    const iso = new Date(Date.UTC(2026, 0, 5, 9) + second * 1000).toISOString();
    return `05/Jan/2026:${iso.slice(11, 19)} +0000`;
  };
  const add = (second: number, ip: string, request: string, rest: string): void => {
    lines.push({ at: second, text: `${ip} - - [${stamp(second)}] "${request} HTTP/1.1" 200 5000 ${rest}` });
  };
  for (let person = 0; person < 40; person++) {
    const ip = `192.0.2.${person + 1}`;
    const agent = `"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"`;
    for (let page = 0; page < 6; page++) {
      const at = person * 17 + page * (20 + ((person * 7 + page * 13) % 40));
      const path = `/product/${((person + 1) * 37 + page * 101) % 400}`;
      const referer = page === 0 ? "https://search.example/" : "https://shop.example/";
      if (page > 0) add(at - 3, ip, "GET /", `"https://shop.example/" ${agent}`);
      add(at, ip, `GET ${path}`, `"${referer}" ${agent}`);
      for (const part of ["/app.css", "/app.js", `/image/${page}.jpg`]) {
        add(at + 1, ip, `GET ${part}`, `"https://shop.example${path}" ${agent}`);
      }
    }
  }
  for (let step = 0; step < 120; step++) {
    add(100 + step * 4, "203.0.113.9", `GET /product/${step + 1}`, `"-" "Mozilla/5.0 (X11; Linux x86_64) Firefox/${60 + (step % 3)}.0"`);
    if (step % 4 === 0) add(101 + step * 4, "203.0.113.50", `GET /product/${step + 7}`, `"-" "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)"`);
  }
  const text = lines.sort((a, b) => a.at - b.at).map((line) => line.text);
  text.splice(10, 0, "this is no log line", "");
  text.splice(20, 0, `198.51.100.66 - - [${stamp(5)}] "\\x16\\x03\\x01" 400 150 "-" "-"`);
  return `${text.join("\n")}\n`;
}
