const by = (id) => document.getElementById(id);

/** Opens the whole explanation of one verdict. */
export async function openWhy(reference) {
  const body = by("why-body");
  body.replaceChildren(paragraph("Asking…"));
  by("why").showModal();
  try {
    const response = await fetch(`/explain/${encodeURIComponent(reference)}`);
    const found = await response.json();
    if (response.ok) body.replaceChildren(...explanation(found));
    else body.replaceChildren(paragraph("This verdict has left the memory. Pick a newer one."));
  } catch {
    body.replaceChildren(paragraph("The gateway does not answer. Close this and try again."));
  }
}

by("why-close").addEventListener("click", () => by("why").close());

function explanation(found) {
  const { request, score } = found;
  const done = found.enforced === found.action ? found.action : `${found.enforced}; would be ${found.action}`;
  const facts = [
    ["Reference", found.reference],
    ["Request", `${request.method} ${request.path}`],
    ["Client", request.ip],
    ["User agent", request.userAgent === "" ? "none" : request.userAgent],
    ["Score", `${score.total} of 100: behaviour ${score.behaviour}, presentation ${score.presentation}`],
    ["Action", `${done} (basis: ${found.basis})`],
    [
      "Bound",
      found.certifiedFpr === null
        ? "no false-positive bound earned yet"
        : `false positives at most ${found.certifiedFpr}`,
    ],
  ];
  const parts = [paragraph(found.summary, "why-summary"), definitions(facts), evidence(found.evidence)];
  for (const text of found.counterfactuals) parts.push(paragraph(`It ${text}.`));
  for (const text of found.capped) parts.push(paragraph(`Capped: ${text}.`, "quiet"));
  return parts;
}

function definitions(facts) {
  const list = document.createElement("dl");
  list.className = "facts";
  for (const [name, value] of facts) {
    const term = document.createElement("dt");
    term.textContent = name;
    const description = document.createElement("dd");
    description.textContent = value;
    list.append(term, description);
  }
  return list;
}

function evidence(findings) {
  const list = document.createElement("ul");
  list.className = "evidence";
  for (const { nats, says, detector } of findings) {
    const item = document.createElement("li");
    item.className = "finding";
    const weight = document.createElement("b");
    weight.textContent = `${nats < 0 ? "−" : "+"}${Math.abs(nats).toFixed(2)}`;
    const words = document.createElement("span");
    const name = document.createElement("small");
    name.textContent = ` ${detector}`;
    words.append(says, name);
    item.append(weight, words);
    list.append(item);
  }
  return list;
}

function paragraph(text, className = "") {
  const made = document.createElement("p");
  if (className !== "") made.className = className;
  made.textContent = text;
  return made;
}
