// How busy the service is.

import { byId, millis, svg } from "./dom.js";

const set = (name, text) => {
  const element = document.querySelector(`[data-vital="${name}"]`);
  if (element.textContent !== text) element.textContent = text;
};

export function vitals(now) {
  set("rate", now.perSecond < 10 ? now.perSecond.toFixed(1) : String(Math.round(now.perSecond)));
  set("median", millis(now.medianMillis));
  set("slow", millis(now.slowMillis));
  set("lag", now.lag === null ? "–" : now.lag.toLocaleString("en"));
  set("behind", now.lag > 0 && now.perSecond > 0 ? `about ${millis((1000 * now.lag) / now.perSecond)} of work` : "events in the topic");
  set("dead", String(now.deadLetters));
  document.querySelector('[data-vital="dead"]').closest(".vital").classList.toggle("bad", now.deadLetters > 0);
  byId("problem").hidden = now.problem === null;
  byId("problem").textContent = now.problem ?? "";
  spark(now.history);
}

function spark(history) {
  const most = Math.max(...history, 1);
  const points = history.map((each, at) => `${((at / (history.length - 1)) * 120).toFixed(1)},${(30 - (each / most) * 27).toFixed(1)}`);
  byId("spark").replaceChildren(svg("polygon", { points: `0,32 ${points.join(" ")} 120,32` }), svg("polyline", { points: points.join(" ") }));
}
