// The latest images and captions, the newest first.

import { byId, h, millis, percent, picture, time } from "./dom.js";

const SHOWN = 12;
const cards = new Map();
let paused = false;
const held = [];

const key = (event) => `${event.partition}/${event.offset}`;

export function start() {
  const button = byId("pause");
  button.addEventListener("click", () => {
    paused = !paused;
    button.setAttribute("aria-pressed", String(paused));
    button.textContent = paused ? "Go on" : "Pause";
    if (!paused) held.splice(0).slice(-SHOWN).forEach(add);
  });
}

export function captioned(event) {
  if (!paused) {
    add(event);
    return;
  }
  held.push(event);
  if (held.length > SHOWN) held.shift();
}

function add(event) {
  // After a break of the line the same are told again.
  if (cards.has(key(event))) return;
  byId("latest-empty").hidden = true;
  const card = h(
    "li",
    { class: "shot" },
    h("div", { class: "frame" }, picture(event.partition, event.offset, event.models[0]?.caption ?? event.id)),
    h(
      "div",
      { class: "lines" },
      event.models.map((said) =>
        h(
          "p",
          { class: "line" },
          h("span", { class: "who" }, said.model),
          h("span", { class: "what" }, said.caption || "(no words)"),
          said.confidence === null ? null : h("span", { class: "sure", title: "Confidence" }, percent(said.confidence)),
        ),
      ),
      h("p", { class: "note" }, h("span", { class: "id", title: event.id }, event.id), " · ", millis(event.latencyMillis), " · ", time(event.at)),
    ),
  );
  cards.set(key(event), { card, at: event.at });
  const stream = byId("stream");
  // Partitions are told one after another: what is older belongs further down.
  const later = [...stream.children].find((other) => other.dataset.at <= event.at);
  card.dataset.at = event.at;
  stream.insertBefore(card, later ?? null);
  while (stream.children.length > SHOWN) stream.lastElementChild.remove();
  for (const [each, entry] of cards) {
    if (!entry.card.isConnected) cards.delete(each);
  }
}
