import type { Action } from "#core";
import { addressesOf, userAgentsOf } from "../actors.ts";
import { reasonsOf } from "../reasons.ts";
import type { Replay, TopActor } from "../replay.ts";
import { threatNames, threatsOf } from "../threats.ts";
import { actionWords, count, kindWords, moment, plural, span } from "../words.ts";
import { scoreRing } from "./charts.ts";
import { type Html, html } from "./html.ts";

const addressesShown = 200;
const agentsShown = 20;

/** One actor as a card: who, how sure, why, what would have been done. */
export function actorCard(replay: Replay, top: TopActor): Html {
  const { actor, verdict } = top;
  const addresses = addressesOf(actor, replay.table);
  const why = reasonsOf(verdict, { countMax: 5, requests: actor.requests });
  const threats = threatsOf(actor.kind, verdict.signals);
  const more =
    addresses.length > 1
      ? html`<span class="soft small">and ${plural(addresses.length - 1, "more address", "more addresses")}</span>`
      : html``;
  const words = kindWords.find(([kind]) => kind === actor.kind)?.[1] ?? actor.kind;
  const named = threats.map(
    (threat) => html`<span class="badge b-unknown">${threat} ${threatNames[threat] ?? ""}</span>`,
  );
  const reasons = why.sentences.map((sentence) => html`<li>${sentence}</li>`);
  const unless = why.unless.slice(0, 2).map((sentence) => html`<p class="soft small">It ${sentence}.</p>`);
  return html`<li class="actor"><div class="score">${scoreRing(actor.score.total, actor.kind)}</div><div>
<div class="who"><h3 class="mono">${addresses[0]?.ip ?? actor.id}</h3>${more}<span class="badge b-${actor.kind}">${words}</span>${named}</div>
<p class="soft small">${plural(actor.requests, "request")} in ${span(actor.lastSeen - actor.firstSeen)}, from ${moment(actor.firstSeen)}; ${fate(top, actor.action)}</p>
<ul>${reasons}</ul>${unless}${details(replay, top, addresses)}</div></li>`;
}

function fate({ actor }: TopActor, action: Action): string {
  const decided = actor.decidedAt;
  if (decided === null || action === "allow") return `would be ${actionWords[action]}`;
  return `would be ${actionWords[action]} from request ${count(decided.request + 1)} on`;
}

function details(
  replay: Replay,
  { actor, verdict }: TopActor,
  addresses: readonly { ip: string; requests: number }[],
): Html {
  const agents =
    replay.masked === undefined ? userAgentsOf(actor, replay.table) : replay.masked.at(addresses[0]?.ip ?? "");
  const agentList = agents.slice(0, agentsShown).map((agent) => html`<li><code>${agent}</code></li>`);
  const agentRest =
    agents.length > agentsShown ? html`<li class="soft">and ${count(agents.length - agentsShown)} more</li>` : html``;
  const addressRows = addresses
    .slice(0, addressesShown)
    .map(({ ip, requests }) => html`<tr><td><code>${ip}</code></td><td class="n">${count(requests)}</td></tr>`);
  const rest =
    addresses.length > addressesShown
      ? html`<p class="soft small">${count(addresses.length - addressesShown)} more addresses are in the JSON document.</p>`
      : html``;
  const signals = [...verdict.signals]
    .sort((a, b) => b.nats - a.nats)
    .map(
      ({ detector, axis, nats }) =>
        html`<tr><td>${detector}</td><td>${axis}</td><td class="n">${nats > 0 ? "+" : ""}${nats.toFixed(2)}</td></tr>`,
    );
  return html`<details><summary>Evidence, user agents and addresses</summary>
<div class="scroll"><table><caption>Evidence in nats: positive speaks for automation, negative for a person</caption><thead><tr><th scope="col">Detector</th><th scope="col">Axis</th><th scope="col" class="n">Nats</th></tr></thead><tbody>${signals}</tbody></table></div>
<p class="small">User agents</p><ul>${agentList}${agentRest}</ul>
<div class="scroll"><table><caption>Actor ${actor.id}</caption><thead><tr><th scope="col">Address</th><th scope="col" class="n">Requests</th></tr></thead><tbody>${addressRows}</tbody></table></div>${rest}</details>`;
}
