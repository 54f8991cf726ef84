// Versions of the models, and which of them speaks now. Promotes and rolls back where that is allowed.

import * as api from "./api.js";
import { byId, h, time, toast } from "./dom.js";

const STATUS = { LIVE: "in service", TRIAL: "on trial", ROLLBACK_TARGET: "was in service", STORED: "stored" };
const SHOWN = 6;
const METRICS = ["exactMatch", "ciderD", "bleu4"];

// What captions say of who speaks, by model.
const speaking = new Map();
const opened = new Set();
let abilities = { changes: false, store: false };
let known = [];
let asked = 0;

export function start(what) {
  abilities = what;
  refresh();
}

export async function refresh() {
  if (!abilities.store) {
    render();
    return;
  }
  const mine = ++asked;
  try {
    const answer = await api.models();
    if (mine === asked) {
      known = answer;
      render();
    }
  } catch (error) {
    if (known.length === 0) byId("model-list").replaceChildren(h("p", { class: "empty" }, error.message));
  }
}

export function captioned(event) {
  let changed = false;
  for (const said of event.models) {
    const now = speaking.get(said.model);
    if (!now || (now.version !== said.version && now.at <= event.at)) {
      speaking.set(said.model, { version: said.version, precision: said.precision, at: event.at });
      changed = true;
    } else if (now.at < event.at) {
      now.at = event.at;
    }
  }
  if (changed) render();
}

export function released(release) {
  toast(`${release.model}: version ${release.version} is released${release.reason ? ` (${release.reason})` : ""}`);
  refresh();
}

function render() {
  const names = new Set([...speaking.keys(), ...known.map((each) => each.model)]);
  if (names.size === 0) {
    byId("model-list").replaceChildren(h("p", { class: "empty" }, "No model has spoken yet."));
    return;
  }
  byId("model-list").replaceChildren(
    ...[...names].sort().map((name) => model(name, known.find((each) => each.model === name))),
    abilities.store ? "" : h("p", { class: "note" }, "No store of bundles is configured: versions cannot be changed here."),
  );
}

function model(name, all) {
  const versions = all?.versions ?? [];
  const live = versions.find((each) => each.status === "LIVE");
  const now = speaking.get(name);
  const back = versions.find((each) => each.status === "ROLLBACK_TARGET");
  const rows = opened.has(name) ? versions : versions.slice(0, SHOWN);
  return h(
    "article",
    { class: "model", "data-model": name, "data-speaking": now?.version },
    h(
      "header",
      {},
      h("h3", {}, name),
      now ? h("span", { class: "tag on" }, `version ${now.version} speaks`) : null,
      live && now && live.version !== now.version ? h("span", { class: "tag" }, `changing to ${live.version}`) : null,
      abilities.changes && live && back
        ? h("button", { type: "button", class: "small", onclick: () => rollback(name, live, back) }, "Roll back")
        : null,
    ),
    all?.reason ? h("p", { class: "note" }, `“${all.reason}”`) : null,
    rows.length ? h("ul", { class: "versions" }, rows.map((each) => version(name, each, live))) : null,
    versions.length > rows.length
      ? h("button", { type: "button", class: "quiet small", onclick: () => { opened.add(name); render(); } }, `${versions.length - rows.length} more`)
      : null,
  );
}

function version(name, each, live) {
  const metrics = METRICS.filter((key) => key in each.metrics).map((key) =>
    key === "exactMatch" ? `${Math.round(100 * each.metrics[key])}% exact` : `${key === "ciderD" ? "CIDEr-D" : "BLEU-4"} ${each.metrics[key].toFixed(2)}`,
  );
  const at = each.releasedAt ?? each.createdAt;
  return h(
    "li",
    { class: "version", "data-version": each.version, "data-status": each.status },
    h("span", { class: "name" }, each.version),
    h("span", { class: `tag ${each.status === "LIVE" ? "on" : each.status === "TRIAL" ? "trial" : ""}` }, STATUS[each.status] ?? each.status),
    h("span", { class: "note" }, h("code", { title: each.digest }, each.digest.slice(0, 8)), metrics.length ? ` · ${metrics.join(" · ")}` : "", at ? " · " : "", at ? time(at) : null),
    each.problem ? h("span", { class: "failure" }, each.problem) : null,
    abilities.changes && each.status !== "LIVE" && !each.problem
      ? h("button", { type: "button", class: "small", "aria-label": `Promote version ${each.version} of ${name}`, onclick: () => promote(name, each, live) }, "Promote")
      : null,
  );
}

async function promote(name, target, live) {
  const reason = await confirm(
    `Promote version ${target.version}`,
    live ? `${name} changes from version ${live.version} to ${target.version} between two batches, on every instance.` : `${name} changes to version ${target.version} between two batches, on every instance.`,
    "Promote",
  );
  if (reason !== null) await change(() => api.promote(name, target.digest, reason || "promoted on the page"));
}

async function rollback(name, live, back) {
  const reason = await confirm(`Roll back to version ${back.version}`, `${name} goes back from version ${live.version} to ${back.version}, on every instance.`, "Roll back");
  if (reason !== null) await change(() => api.rollback(name, back.digest, reason || "rolled back on the page"));
}

async function change(act) {
  try {
    await act();
  } catch (error) {
    toast(error.message, "failed");
  }
  await refresh();
}

function confirm(title, text, yes) {
  const dialog = byId("confirm");
  byId("confirm-title").textContent = title;
  byId("confirm-text").textContent = text;
  byId("confirm-yes").textContent = yes;
  byId("reason").value = "";
  return new Promise((done) => {
    dialog.addEventListener("close", () => done(dialog.returnValue === "yes" ? byId("reason").value.trim() : null), { once: true });
    dialog.returnValue = "no";
    dialog.showModal();
  });
}
