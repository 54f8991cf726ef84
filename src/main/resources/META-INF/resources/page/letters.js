// Dead letters: what could not be captioned, why, and once more.

import * as api from "./api.js";
import { byId, h, time, toast } from "./dom.js";
import * as submit from "./submit.js";

const SHOWN = 30;
const letters = new Map();
let changes = false;

const key = (letter) => `${letter.partition}/${letter.offset}`;

export async function start(abilities) {
  changes = abilities.changes;
  try {
    (await api.deadLetters()).reverse().forEach(add);
    render();
  } catch (error) {
    byId("dead-empty").textContent = error.message;
  }
}

export function deadLettered(letter) {
  add(letter);
  // The letter of the attempt before is answered.
  for (const entry of letters.values()) {
    if (entry.letter.key === letter.key && entry.state === "waiting") entry.state = "failed";
  }
  render();
}

export function captioned(event) {
  for (const entry of letters.values()) {
    if (entry.letter.key === event.id && entry.state === "waiting") {
      entry.state = "captioned";
      entry.caption = event.models[0]?.caption;
      render();
    }
  }
}

function add(letter) {
  if (letters.has(key(letter))) return;
  letters.set(key(letter), { letter, state: null, caption: null });
  const byTime = [...letters.entries()].sort(([, a], [, b]) => (a.letter.at < b.letter.at ? -1 : 1));
  while (byTime.length > SHOWN) letters.delete(byTime.shift()[0]);
}

function render() {
  const all = [...letters.values()].sort((a, b) => (a.letter.at < b.letter.at ? 1 : -1));
  byId("dead-empty").hidden = all.length > 0;
  byId("dead-count").hidden = all.length === 0;
  byId("dead-count").textContent = String(all.length);
  byId("letters").replaceChildren(...all.map(row));
}

function row(entry) {
  const { letter } = entry;
  return h(
    "li",
    { class: "letter", "data-id": letter.key, "data-code": letter.code, "data-state": entry.state },
    h("div", { class: "what" }, h("code", { class: "code" }, letter.code), h("span", { class: "note" }, letter.stage ? `${letter.stage.toLowerCase()} · ` : "", time(letter.at))),
    h("p", { class: "why" }, letter.reason || "Nothing says why."),
    h("p", { class: "note" }, h("span", { class: "id", title: letter.key ?? "" }, letter.key ?? "no key"), letter.sourceOffset >= 0 ? ` · partition ${letter.sourcePartition}, offset ${letter.sourceOffset}` : ""),
    h("div", { class: "acts" }, act(entry)),
  );
}

function act(entry) {
  if (entry.state === "captioned") return h("p", { class: "good" }, `Captioned now: ${entry.caption ?? ""}`);
  if (entry.state === "failed") return h("p", { class: "failure" }, "Failed again, see the newer letter.");
  if (entry.state === "waiting") return h("p", { class: "waiting" }, h("span", { class: "spinner", "aria-hidden": "true" }), "Tried again");
  return changes ? h("button", { type: "button", class: "small", "aria-label": `Retry ${entry.letter.key ?? "the event"}`, onclick: () => retry(entry) }, "Retry") : null;
}

async function retry(entry) {
  entry.state = "waiting";
  render();
  submit.retried(entry.letter.key);
  try {
    await api.retry(entry.letter);
  } catch (error) {
    entry.state = null;
    toast(error.message, "failed");
    render();
  }
}
