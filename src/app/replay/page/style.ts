/** The page's style sheet: light and dark by the reader's setting, readable at any width, printable. */
export const pageStyle = `
:root{color-scheme:light dark;--ground:#f6f7f9;--card:#fff;--ink:#14181f;--soft:#566070;--line:#dfe3e9;--accent:#2459c9;
--automated:#d1402f;--declared-bot:#b97a00;--verified-agent:#2b6fd0;--unknown:#8b93a1;--human:#2a9160;--before:#c4cad4}
@media(prefers-color-scheme:dark){:root{--ground:#0e1116;--card:#171b22;--ink:#e8ecf2;--soft:#9aa5b5;--line:#2a313c;--accent:#8ab4ff;
--automated:#ff7263;--declared-bot:#f0b03c;--verified-agent:#6cabff;--unknown:#7f8a99;--human:#47c98b;--before:#48515f}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main,header,footer{max-width:1080px;margin:0 auto;padding:0 24px}
header{padding-top:40px}
.mark{display:flex;align-items:center;gap:10px;color:var(--soft);font-weight:600;letter-spacing:.02em}
.mark svg{width:26px;height:26px}
h1{font-size:clamp(1.6rem,4vw,2.5rem);line-height:1.18;letter-spacing:-.02em;margin:18px 0 10px;max-width:26ch;text-wrap:balance}
h2{font-size:1.25rem;letter-spacing:-.01em;margin:0 0 4px}
h3{font-size:1rem;margin:0}
p{margin:0 0 10px}
.soft{color:var(--soft)}
.small{font-size:.875rem}
.lead{max-width:70ch}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:14px;margin:26px 0 8px;padding:0}
.tile{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:16px 18px}
.tile b{display:block;font-size:1.75rem;line-height:1.2;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.tile span{color:var(--soft);font-size:.875rem}
.tile.bad b{color:var(--automated)}
section{background:var(--card);border:1px solid var(--line);border-radius:16px;padding:24px;margin:18px 0}
.chart{margin:16px 0 6px;overflow-x:auto}
.chart svg{display:block;width:100%;min-width:620px;height:auto}
svg text{fill:var(--soft);font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums}
svg .name{fill:var(--ink);font-size:13px}
svg .grid{stroke:var(--line);stroke-width:1}
.k-automated{fill:var(--automated)}.k-declared-bot{fill:var(--declared-bot)}.k-verified-agent{fill:var(--verified-agent)}
.k-unknown{fill:var(--unknown)}.k-human{fill:var(--human)}.k-before{fill:var(--before)}
.legend{display:flex;flex-wrap:wrap;gap:6px 18px;margin:8px 0 0;padding:0;list-style:none;font-size:.875rem;color:var(--soft)}
.legend li{display:flex;align-items:center;gap:7px}
.legend svg{width:12px;height:12px;flex:none}
table{border-collapse:collapse;width:100%;font-size:.9375rem}
.scroll{overflow-x:auto}
th,td{text-align:left;padding:9px 14px 9px 0;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td{border-bottom:0}
th{font-weight:600;color:var(--soft);font-size:.8125rem;white-space:nowrap}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
caption{text-align:left;color:var(--soft);font-size:.875rem;padding-bottom:6px}
code,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.875em;overflow-wrap:anywhere}
details>summary{cursor:pointer;color:var(--accent);font-size:.875rem;padding:6px 0}
:focus-visible{outline:2px solid var(--accent);outline-offset:3px;border-radius:4px}
.actors{list-style:none;margin:14px 0 0;padding:0}
.actor{border-top:1px solid var(--line);padding:18px 0;display:grid;grid-template-columns:64px 1fr;gap:0 18px}
.actor:last-child{padding-bottom:0}
.score svg{width:56px;height:56px}
.score text{fill:var(--ink);font-size:15px;font-weight:650}
.score .ring{fill:none;stroke:var(--line);stroke-width:5}
.score .arc{fill:none;stroke-width:5;stroke-linecap:round}
.s-automated{stroke:var(--automated)}.s-declared-bot{stroke:var(--declared-bot)}.s-verified-agent{stroke:var(--verified-agent)}.s-unknown{stroke:var(--unknown)}.s-human{stroke:var(--human)}
.who{display:flex;flex-wrap:wrap;align-items:baseline;gap:4px 12px}
.who .mono{font-size:1.0625rem;font-weight:650}
.badge{font-size:.75rem;font-weight:600;padding:2px 9px;border-radius:99px;border:1px solid currentColor;white-space:nowrap}
.b-automated{color:var(--automated)}.b-declared-bot{color:var(--declared-bot)}.b-verified-agent{color:var(--verified-agent)}.b-unknown{color:var(--soft)}.b-human{color:var(--human)}
.actor ul{margin:8px 0 6px;padding-left:18px}
.actor li{margin:2px 0}
.note{border-left:3px solid var(--accent);padding:2px 0 2px 14px;margin:14px 0 0;color:var(--soft);max-width:74ch}
.warn{border:1px solid var(--declared-bot);border-radius:12px;padding:12px 16px;margin:18px 0 0;max-width:80ch}
footer{padding-top:6px;padding-bottom:48px;color:var(--soft);font-size:.875rem}
@media(max-width:560px){main,header,footer{padding-left:14px;padding-right:14px}section{padding:18px 16px}.actor{grid-template-columns:1fr}.score{margin-bottom:8px}}
@media print{body{background:#fff}section,.tile{break-inside:avoid;border-color:#ccc}details{display:none}}
`;
