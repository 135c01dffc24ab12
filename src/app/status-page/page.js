import { drawChart } from "/chart.js";
import { renderActors, renderVerdicts } from "/tables.js";
import { openWhy } from "/why.js";

// Everything that came from clients (addresses, user agents, paths, reasons) is set as text, never as markup.
const by = (id) => document.getElementById(id);
const kindNames = {
  human: "People",
  "verified-agent": "Verified agents",
  "declared-bot": "Declared bots",
  automated: "Automation",
  unknown: "Not told yet",
};
const spokenEveryMs = 15_000;
let paused = false;
let latest;
let spokenAt = 0;

function render(data) {
  latest = data;
  renderMode(data);
  renderNotice(data);
  renderTiles(data);
  drawChart(by("chart"), data);
  renderSplitTable(data);
  renderActors(data.actors);
  renderVerdicts(data.verdicts, { observing: data.status.mode === "observe" });
  renderFoot(data);
  speak(data);
}

function renderMode({ status }) {
  const mode = by("mode");
  const strong = document.createElement("strong");
  const mixed = status.applications.some((application) => application.mode !== status.mode);
  strong.textContent = status.mode === "enforce" ? "Enforcing" : "Observing";
  const text = status.mode === "enforce" ? "acts on automation; people pass" : "judges and records, acts on nothing";
  mode.dataset.mode = status.mode;
  mode.replaceChildren(strong, `${text}${mixed ? " (some applications differ)" : ""}`);
  document.title = `Gait · ${status.mode === "enforce" ? "enforcing" : "observing"}`;
}

function renderNotice({ status }) {
  const lines = [];
  if (status.degraded !== null) lines.push(`Another configuration is in force than the file's. ${status.degraded}`);
  if (status.draining) lines.push("The gateway is draining and will stop.");
  const failed = Object.values(status.failModeUsed).reduce((sum, count) => sum + count, 0);
  if (failed > 0) lines.push(`The engine could not judge ${failed} requests; the fail mode answered.`);
  for (const upstream of status.upstreams) if (!upstream.healthy) lines.push(`Upstream ${upstream.address} is down.`);
  const notice = by("notice");
  notice.hidden = lines.length === 0;
  const text = lines.join("\n");
  if (notice.textContent !== text) notice.textContent = text;
}

function renderTiles({ status, kinds, split }) {
  const sums = kinds.map((_, k) => split.rows.reduce((sum, row) => sum + row[k], 0));
  const total = sums.reduce((sum, count) => sum + count, 0);
  const tiles = by("tiles");
  if (tiles.children.length === 0) {
    for (const kind of kinds) {
      const tile = document.createElement("li");
      tile.dataset.kind = kind;
      for (const name of ["label", "value", "share"]) {
        const part = document.createElement("span");
        part.className = name;
        tile.append(part);
      }
      tiles.append(tile);
    }
  }
  for (const [k, kind] of kinds.entries()) {
    const [label, value, share] = tiles.children[k].children;
    label.textContent = kindNames[kind];
    value.textContent = status.clientsByKind[kind].toLocaleString("en");
    share.textContent = total === 0 ? "no requests" : `${Math.round((100 * sums[k]) / total)} % of requests`;
  }
}

function renderSplitTable({ split, kinds }) {
  const table = by("split-table");
  if (!table.closest("details").open) return;
  const perMinute = Math.max(1, Math.round(60_000 / split.stepMs));
  const row = (cells, tag) => {
    const made = document.createElement("tr");
    made.append(
      ...cells.map((text, i) => {
        const cell = document.createElement(i === 0 ? "th" : tag);
        cell.textContent = text;
        cell.scope = tag === "th" ? "col" : "row";
        return cell;
      }),
    );
    return made;
  };
  table.tHead.replaceChildren(row(["Minute", ...kinds.map((kind) => kindNames[kind])], "th"));
  const rows = [];
  for (let end = split.rows.length; end > 0; end -= perMinute) {
    const slice = split.rows.slice(Math.max(0, end - perMinute), end);
    const at = new Date(split.from + Math.max(0, end - perMinute) * split.stepMs);
    const sums = kinds.map((_, k) => slice.reduce((sum, each) => sum + each[k], 0));
    rows.push(row([at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }), ...sums.map(String)], "td"));
  }
  table.tBodies[0].replaceChildren(...rows);
}

function renderFoot({ status }) {
  const { p50, p99 } = status.decisionMicroseconds;
  const time = (us) => (us > 10_000 ? "more than 10 ms" : us >= 1_000 ? `${us / 1_000} ms` : `${us} µs`);
  const facts = [
    `Listens on ${status.listen.join(", ")}`,
    `${status.requests.toLocaleString("en")} requests judged`,
    status.requests === 0 ? "" : `Deciding takes at most ${time(p50)} for half of them, ${time(p99)} for 99 %`,
    `Up ${duration(status.uptimeSeconds)}`,
    `Gait ${status.gait}`,
  ];
  by("foot").replaceChildren(
    ...facts
      .filter((fact) => fact !== "")
      .map((fact) => {
        const span = document.createElement("span");
        span.textContent = fact;
        return span;
      }),
  );
  const hint = `Nobody came yet. Send a request to http://${status.listen[0] ?? ""}/ and it shows up here.`;
  if (by("actors-empty").textContent !== hint) by("actors-empty").textContent = hint;
}

function duration(seconds) {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3_600)} h`;
}

/** One sentence now and then for people who hear the page. */
function speak({ at, status }) {
  if (at - spokenAt < spokenEveryMs) return;
  spokenAt = at;
  const counts = Object.entries(status.clientsByKind)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kindNames[kind].toLowerCase()}`);
  by("spoken").textContent = counts.length === 0 ? "No traffic yet." : `Present: ${counts.join(", ")}.`;
}

function setLink(state, text) {
  by("link").dataset.state = state;
  by("link").textContent = text;
}

function connect() {
  const source = new EventSource("/live");
  source.addEventListener("message", (event) => {
    setLink(paused ? "waiting" : "live", paused ? "paused" : "live");
    const data = JSON.parse(event.data);
    if (!paused) render(data);
  });
  source.addEventListener("error", () => setLink("lost", "connection lost, trying again"));
}

by("pause").addEventListener("click", () => {
  paused = !paused;
  by("pause").setAttribute("aria-pressed", String(paused));
  by("pause").textContent = paused ? "Go on" : "Pause";
  setLink(paused ? "waiting" : "live", paused ? "paused" : "live");
});

const themes = ["system", "light", "dark"];
function showTheme(theme) {
  by("theme").textContent = `Theme: ${theme}`;
}
by("theme").addEventListener("click", () => {
  const now = document.documentElement.dataset.theme ?? "system";
  const next = themes[(themes.indexOf(now) + 1) % themes.length];
  if (next === "system") {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem("gait-theme");
  } else {
    document.documentElement.dataset.theme = next;
    localStorage.setItem("gait-theme", next);
  }
  showTheme(next);
});
showTheme(document.documentElement.dataset.theme ?? "system");

document.addEventListener("click", (event) => {
  const reference = event.target instanceof HTMLElement ? event.target.dataset.reference : undefined;
  if (reference !== undefined) void openWhy(reference);
});
by("split-table")
  .closest("details")
  .addEventListener("toggle", () => latest !== undefined && renderSplitTable(latest));
window.addEventListener("resize", () => latest !== undefined && drawChart(by("chart"), latest));
connect();
