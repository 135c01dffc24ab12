import { createHash } from "node:crypto";
import type { Kind } from "#core";
import { purposeWords } from "../agents/purpose-words.ts";
import { packageVersion } from "../cli/commands/version.ts";
import { outlookOf } from "./outlook.ts";
import { actorCard } from "./page/actor-cards.ts";
import { type BarRow, barChart, legend, trafficChart } from "./page/charts.ts";
import { type Html, html } from "./page/html.ts";
import { busiestNetworks } from "./page/networks.ts";
import { pageStyle } from "./page/style.ts";
import type { Replay } from "./replay.ts";
import { actionWords, count, kindWords, moment, plural, share, span } from "./words.ts";

const actorsShown = 25;
const botsShown = 12;
const networksShown = 12;
const samplesShown = 20;

/**
 * The report as one page that needs nothing else: no script, no image, no font, no request of any kind. Its own
 * Content-Security-Policy forbids all of these, and allows its one style sheet by hash.
 */
export function* renderHtmlReport(replay: Replay, options: { readonly logs: readonly string[] }): Generator<string> {
  const hash = createHash("sha256").update(pageStyle).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  yield "<!doctype html>\n";
  yield html`<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="`.text;
  // The policy is ours and holds quotes that escaping would only make unreadable; no log content is in it.
  yield `${policy}">`;
  yield html`<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer"><title>Gait replay: ${headline(replay)}</title><style>`
    .text;
  yield `${pageStyle}</style></head><body>\n`;
  const parts = [pageHead(replay, options.logs), html`<main>`, tiles(replay), who(replay), traffic(replay)];
  for (const part of parts) yield `${part.text}\n`;
  yield* actorsSection(replay);
  for (const part of [declaredBots(replay), enforcement(replay), networks(replay), notRead(replay), method()])
    yield `${part.text}\n`;
  yield html`</main><footer>Made by gait ${packageVersion()}. This page is complete in itself and loads nothing.</footer></body></html>\n`
    .text;
}

function headline({ summary }: Replay): string {
  const automated = summary.requestsByKind.automated;
  if (automated === 0) return `No undeclared automation in ${plural(summary.requests, "request")}`;
  return `${share(automated, summary.requests)} of ${plural(summary.requests, "request")} came from automation that did not say so`;
}

function pageHead(replay: Replay, logs: readonly string[]): Html {
  const { facts, by, masked } = replay;
  const range =
    facts.from === null || facts.to === null
      ? ""
      : `${moment(facts.from)} to ${moment(facts.to)} (${span(facts.to - facts.from)})`;
  const partial = facts.interrupted
    ? html`<p class="warn" role="status"><b>Partial report.</b> The run was interrupted; everything here is about what was read until then.</p>`
    : html``;
  const unit =
    by === "actor"
      ? "Counted by actor: clients that belong together."
      : by === "ip"
        ? "Counted by address."
        : "Counted by address and user agent.";
  const names = logs.slice(0, 6).map((log) => html`<code>${log}</code> `);
  const rest = logs.length > 6 ? html`and ${count(logs.length - 6)} more` : html``;
  const hidden = masked === undefined ? "" : " User agents were hidden from judgement.";
  return html`<header><div class="mark"><svg viewBox="0 0 26 26" aria-hidden="true"><path d="M2 17 L8 17 L11 6 L15 21 L18 12 L24 12" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"/></svg>Gait replay</div>
<h1>${headline(replay)}</h1><p class="soft lead">${range}. ${unit}${hidden}</p><p class="soft small">${names}${rest}</p>${partial}</header>`;
}

function tiles(replay: Replay): Html {
  const { summary } = replay;
  const reached = outlookOf(replay)
    .filter(({ action }) => action === "block" || action === "throttle")
    .reduce((sum, outlook) => sum + outlook.reached, 0);
  const tile = (value: string, words: string, style = "tile"): Html =>
    html`<div class="${style}"><b>${value}</b><span>${words}</span></div>`;
  return html`<div class="tiles">${tile(count(summary.requests), "requests read")}${tile(count(summary.actors), "actors")}${tile(count(summary.byKind.automated), "of them automated, undeclared", summary.byKind.automated > 0 ? "tile bad" : "tile")}${tile(count(reached), "requests enforcement would have stopped")}</div>`;
}

function who({ summary }: Replay): Html {
  const present = kindWords.filter(([kind]) => summary.byKind[kind] > 0);
  const rows = present.map(
    ([kind, words]) =>
      html`<tr><td><svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true"><rect class="k-${kind}" width="12" height="12" rx="3"/></svg> ${words}</td><td class="n">${count(summary.byKind[kind])}</td><td class="n">${count(summary.requestsByKind[kind])}</td><td class="n">${share(summary.requestsByKind[kind], summary.requests)}</td></tr>`,
  );
  let x = 0;
  const parts = present.map(([kind, words]) => {
    const size = (960 * summary.requestsByKind[kind]) / Math.max(1, summary.requests);
    const from = x;
    x += size;
    return html`<rect class="k-${kind}" x="${from.toFixed(2)}" y="0" width="${Math.max(0, size - 2).toFixed(2)}" height="26" rx="3"><title>${words}: ${share(summary.requestsByKind[kind], summary.requests)}</title></rect>`;
  });
  return html`<section><h2>Who asked</h2><p class="soft small">Share of all requests by what their actor is taken to be.</p><div class="chart"><svg viewBox="0 0 960 26" role="img" aria-label="Share of requests by kind; the numbers are in the table below">${parts}</svg></div><div class="scroll"><table><thead><tr><th scope="col">Kind</th><th scope="col" class="n">Actors</th><th scope="col" class="n">Requests</th><th scope="col" class="n">Share</th></tr></thead><tbody>${rows}</tbody></table></div></section>`;
}

function traffic({ traffic: buckets, summary }: Replay): Html {
  if (buckets.length === 0) return html``;
  const present = new Set<Kind>(kindWords.map(([kind]) => kind).filter((kind) => summary.requestsByKind[kind] > 0));
  const heads = kindWords
    .filter(([kind]) => present.has(kind))
    .map(([, words]) => html`<th scope="col" class="n">${words}</th>`);
  const rows = buckets.map((bucket) => {
    const cells = kindWords
      .filter(([kind]) => present.has(kind))
      .map(([kind]) => html`<td class="n">${count(bucket.requests[kind])}</td>`);
    return html`<tr><td>${moment(bucket.from)}</td>${cells}</tr>`;
  });
  return html`<section><h2>Traffic over time</h2><p class="soft small">Requests per ${span(bucketMs(buckets))}, by what their client is taken to be with everything learned until the end. Large logs are sampled.</p>${trafficChart(buckets)}${legend(present)}<details><summary>The same as a table</summary><div class="scroll"><table><thead><tr><th scope="col">From</th>${heads}</tr></thead><tbody>${rows}</tbody></table></div></details></section>`;
}

function bucketMs(buckets: readonly { readonly from: number }[]): number {
  return (buckets[1]?.from ?? 0) - (buckets[0]?.from ?? 0) || 1000;
}

function* actorsSection(replay: Replay): Generator<string> {
  const automated = replay.top.filter(({ actor }) => actor.kind === "automated").slice(0, actorsShown);
  if (automated.length > 0) {
    yield html`<section><h2>Automated, undeclared</h2><p class="soft small">The busiest ${automated.length} of ${count(replay.summary.byKind.automated)}. Scores run from 0 to 100; higher is worse. Each was judged by how it moves.</p><ol class="actors">`
      .text;
    for (const top of automated) yield actorCard(replay, top).text;
    yield "</ol></section>\n";
  }
}

function declaredBots({ declared, summary }: Replay): Html {
  if (declared.length === 0) return html``;
  const rows = declared.map(({ purpose, requests, bots }) => {
    const names = bots.slice(0, botsShown).map(({ name, requests: own }) => `${name} ${count(own)}`);
    const rest = bots.length > botsShown ? `, ${count(bots.length - botsShown)} more` : "";
    return html`<tr><td>${purposeWords[purpose]}</td><td class="n">${count(requests)}</td><td class="n">${share(requests, summary.requests)}</td><td>${names.join(", ")}${rest}</td></tr>`;
  });
  return html`<section><h2>Declared bots</h2><p class="soft small">They say what they are; a log cannot prove it. <code>gait agents report</code> tells what each touched and whether it kept to robots.txt; a running gateway checks who it is.</p><div class="scroll"><table><thead><tr><th scope="col">They come for</th><th scope="col" class="n">Requests</th><th scope="col" class="n">Share</th><th scope="col">Who</th></tr></thead><tbody>${rows}</tbody></table></div></section>`;
}

function enforcement(replay: Replay): Html {
  const outlook = outlookOf(replay);
  const styles: Readonly<Record<string, Kind>> = {
    block: "automated",
    throttle: "automated",
    tag: "declared-bot",
    allow: "human",
  };
  const chart: BarRow[] = outlook.map(({ action, requests, reached }) => ({
    name: actionWords[action],
    parts:
      action === "allow"
        ? [{ style: "human", value: requests }]
        : [
            { style: styles[action] ?? "unknown", value: reached },
            { style: "before", value: requests - reached },
          ],
    end: action === "allow" ? plural(requests, "request") : `${count(reached)} of ${count(requests)}`,
  }));
  const rows = outlook.map(
    ({ action, actors, requests, reached }) =>
      html`<tr><td>${actionWords[action]}</td><td class="n">${count(actors)}</td><td class="n">${count(requests)}</td><td class="n">${action === "allow" ? "–" : count(reached)}</td></tr>`,
  );
  return html`<section><h2>What enforcement would have done</h2><p class="soft small">The default policy, on prior knowledge. The grey part of a bar had passed before the verdict stood.</p>${barChart(chart, "Requests by the action they would have met; the numbers are in the table below")}<div class="scroll"><table><thead><tr><th scope="col">Action</th><th scope="col" class="n">Actors</th><th scope="col" class="n">Requests</th><th scope="col" class="n">After the verdict</th></tr></thead><tbody>${rows}</tbody></table></div><p class="note">A log alone certifies no bound on false positives. Run <code>gait serve</code> in observe mode first: it records what it would do and acts on nothing.</p></section>`;
}

function networks({ table, summary }: Replay): Html {
  const shares = busiestNetworks(table, networksShown);
  if (shares.length === 0) return html``;
  const present = new Set<Kind>(kindWords.map(([kind]) => kind).filter((kind) => summary.requestsByKind[kind] > 0));
  const chart = shares.map(({ network, requests, total, addresses }) => ({
    name: network,
    parts: kindWords.map(([kind]) => ({ style: kind, value: requests[kind] })),
    end: `${count(total)} · ${plural(addresses, "address", "addresses")}`,
  }));
  const rows = shares.map(
    ({ network, addresses, requests, total }) =>
      html`<tr><td><code>${network}</code></td><td class="n">${count(addresses)}</td><td class="n">${count(requests.automated)}</td><td class="n">${count(total)}</td></tr>`,
  );
  return html`<section><h2>Networks</h2><p class="soft small">Networks (/24 and /48) that undeclared automation came from, then the busiest others. An address is a weak sign and never decides: people share these networks.</p>${barChart(chart, "Requests by network and kind; the numbers are in the table below")}${legend(present)}<details><summary>The same as a table</summary><div class="scroll"><table><thead><tr><th scope="col">Network</th><th scope="col" class="n">Addresses</th><th scope="col" class="n">Automated requests</th><th scope="col" class="n">All requests</th></tr></thead><tbody>${rows}</tbody></table></div></details></section>`;
}

function notRead({ facts }: Replay): Html {
  const problems = facts.files
    .filter((file) => file.problem !== "")
    .map((file) => html`<p><code>${file.name}</code>: ${file.problem}</p>`);
  if (facts.rejected === 0 && problems.length === 0) return html``;
  const reasons = [...facts.rejectedByReason]
    .sort((a, b) => b[1] - a[1])
    .map(([reason, times]) => html`<li>${reason}: ${count(times)}</li>`);
  const samples = facts.samples
    .slice(0, samplesShown)
    .map(
      ({ file, line, reason, text }) =>
        html`<tr><td><code>${file}:${line}</code></td><td>${reason}</td><td><code>${text}</code></td></tr>`,
    );
  return html`<section><h2>Not read</h2><p class="soft small">${count(facts.rejected)} of ${plural(facts.lines, "line")} could not be read. Nothing was dropped in silence.</p>${problems}<ul class="small">${reasons}</ul><div class="scroll"><table><thead><tr><th scope="col">Place</th><th scope="col">Reason</th><th scope="col">Line</th></tr></thead><tbody>${samples}</tbody></table></div></section>`;
}

function method(): Html {
  return html`<section><h2>How to read this</h2><p class="lead">Every request was put to the client it belongs to and every client to a list of detectors. Each adds evidence for automation or for a person, in nats (natural log-odds). Evidence that one innocent habit could explain is counted once, however often it repeats. What a client wears, its user agent and its network, may speed a verdict up and never decides one. Who looks automated here may still be welcome: a monitor you own, a partner, your own app. Name those before you enforce anything.</p></section>`;
}
