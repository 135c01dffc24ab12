const by = (id) => document.getElementById(id);
const kindWords = {
  human: "person",
  "verified-agent": "verified agent",
  "declared-bot": "declared bot",
  automated: "automation",
  unknown: "not told yet",
};
const doneWords = {
  allow: "let through",
  tag: "marked",
  log: "noted",
  throttle: "slowed down",
  "step-up": "asked to prove itself",
  hold: "held",
  challenge: "challenged",
  deceive: "deceived",
  tarpit: "slowed to a crawl",
  route: "routed elsewhere",
  block: "refused",
};

/** Clients, automation first. */
export function renderActors(actors) {
  by("actors-empty").hidden = actors.length > 0;
  renderRows(by("actors").tBodies[0], actors, {
    key: (actor) => `${actor.ip} ${actor.userAgent}`,
    create: () => [
      cell({ className: "client" }, [text("div", "address"), text("div", "agent")]),
      cell({}, [text("span", "pill")]),
      cell({ className: "score", label: "Score" }, [text("b"), bar()]),
      cell({ className: "num", label: "Requests" }, [text("span")]),
      cell({}, [list("reasons")]),
    ],
    update: ([client, taken, score, requests, why], actor) => {
      set(client.children[0], actor.ip);
      set(client.children[1], actor.userAgent === "" ? "no user agent" : actor.userAgent);
      set(taken.children[0], kindWords[actor.kind] ?? actor.kind);
      set(score.children[0], String(Math.round(actor.score)));
      score.children[1].children[0].style.width = `${Math.max(2, actor.score)}%`;
      set(requests.children[0], actor.requests.toLocaleString("en"));
      setList(why.children[0], actor.reasons.length > 0 ? actor.reasons : ["too little seen to say"]);
    },
  });
}

/** The latest verdict of each client. */
export function renderVerdicts(verdicts, { observing }) {
  by("verdicts-empty").hidden = verdicts.length > 0;
  renderRows(by("verdicts").tBodies[0], verdicts, {
    key: (verdict) => String(verdict.client),
    create: () => [
      cell({ className: "time" }, [document.createElement("time")]),
      cell({ className: "client" }, [text("div", "address"), text("div", "path mono")]),
      cell({}, [text("span", "pill")]),
      cell({}, [text("span")]),
      cell({}, [text("span", "reason")]),
      cell({}, [referenceButton()]),
    ],
    update: ([time, request, taken, done, reason, reference], verdict) => {
      const at = new Date(verdict.at);
      time.children[0].dateTime = at.toISOString();
      set(time.children[0], at.toLocaleTimeString([], { hour12: false }));
      set(request.children[0], verdict.ip);
      set(request.children[1], `${verdict.request}${verdict.status === 0 ? "" : ` → ${verdict.status}`}`);
      set(taken.children[0], kindWords[verdict.kind] ?? verdict.kind);
      const would = observing && verdict.action !== verdict.enforced;
      set(done.children[0], would ? `let through; would be ${doneWords[verdict.action]}` : doneWords[verdict.enforced]);
      set(reason.children[0], verdict.reason === "" ? "too little seen to say" : verdict.reason);
      set(reference.children[0], verdict.reference.slice(0, 16));
      reference.children[0].dataset.reference = verdict.reference;
      reference.children[0].setAttribute("aria-label", `Why? Reference ${verdict.reference.slice(0, 16)}`);
    },
  });
}

/** Keeps a row for each key, so that focus and selection survive an update; order follows the items. */
function renderRows(body, items, { key, create, update }) {
  const known = new Map([...body.children].map((row) => [row.dataset.key, row]));
  const rows = items.map((item) => {
    const name = key(item);
    let row = known.get(name);
    if (row === undefined) {
      row = document.createElement("tr");
      row.dataset.key = name;
      row.append(...create());
    }
    row.dataset.kind = item.kind;
    update([...row.children], item);
    return row;
  });
  const kept = new Set(rows);
  for (const row of [...body.children]) if (!kept.has(row)) row.remove();
  for (const [i, row] of rows.entries()) if (body.children[i] !== row) body.insertBefore(row, body.children[i] ?? null);
}

function cell({ className = "", label = "" }, children) {
  const made = document.createElement("td");
  if (className !== "") made.className = className;
  if (label !== "") made.dataset.label = label;
  made.append(...children);
  return made;
}

function text(name, className = "") {
  const made = document.createElement(name);
  if (className !== "") made.className = className;
  return made;
}

function list(className) {
  return text("ul", className);
}

function bar() {
  const made = text("span", "bar");
  made.setAttribute("aria-hidden", "true");
  made.append(document.createElement("span"));
  return made;
}

function referenceButton() {
  const made = text("button", "ref mono");
  made.type = "button";
  return made;
}

function set(node, value) {
  if (node.textContent !== value) node.textContent = value;
}

function setList(node, values) {
  while (node.children.length > values.length) node.lastChild.remove();
  while (node.children.length < values.length) node.append(document.createElement("li"));
  for (const [i, value] of values.entries()) set(node.children[i], value);
}
