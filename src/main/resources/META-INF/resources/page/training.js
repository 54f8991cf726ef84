// Training runs of each model, with their losses as they fall.

import { byId, h, svg, time } from "./dom.js";

const WIDTH = 360;
const HEIGHT = 150;
const BOX = { left: 34, right: 10, top: 10, bottom: 22 };
const OVER = new Set(["promoted", "rejected", "failed", "stopped"]);
const SHOWN = 4;

// By run, in the order in which they were first heard of.
const runs = new Map();
let planned = false;

export function reported(report) {
  if (!report.run || report.run === "none" || report.phase.startsWith("trial-") || report.phase === "swap-failed") return;
  const run = runs.get(report.run) ?? { id: report.run, model: report.model, epochs: new Map(), phase: "started", at: report.at };
  run.at = report.at > run.at ? report.at : run.at;
  run.version = report.version ?? run.version;
  run.parent = report.parent ?? run.parent;
  run.trigger = report.trigger ?? run.trigger;
  if (report.epoch !== null && report.trainLoss !== null) run.epochs.set(report.epoch, { train: report.trainLoss, validation: report.validationLoss });
  // What is told again after a break does not take a run back to where it was.
  if (!OVER.has(run.phase) || OVER.has(report.phase)) run.phase = report.phase;
  run.said = report.error ?? report.verdict ?? run.said;
  runs.set(report.run, run);
  if (!planned) {
    planned = true;
    requestAnimationFrame(render);
  }
}

function render() {
  planned = false;
  const byModel = new Map();
  for (const run of runs.values()) byModel.set(run.model, [...(byModel.get(run.model) ?? []), run]);
  byId("training-list").replaceChildren(
    ...[...byModel.entries()].sort(([a], [b]) => a.localeCompare(b)).map(([model, all]) => {
      all.sort((a, b) => (a.at < b.at ? 1 : -1));
      const [newest, ...earlier] = all;
      return h(
        "article",
        { class: "training", "data-model": model, "data-phase": newest.phase },
        h("header", {}, h("h3", {}, model), newest.version ? h("span", { class: "tag" }, `version ${newest.version}`) : null, phase(newest)),
        newest.epochs.size ? chart(newest) : h("p", { class: "empty" }, "No epoch is done yet."),
        newest.said ? h("p", { class: "verdict" }, newest.said) : null,
        h("p", { class: "note" }, newest.parent ? `from version ${newest.parent}` : "from scratch", newest.trigger ? ` · by ${newest.trigger}` : "", " · ", time(newest.at)),
        earlier.length
          ? h(
              "ul",
              { class: "runs" },
              earlier.slice(0, SHOWN).map((run) => h("li", {}, h("span", { class: "name" }, run.version ?? run.id), phase(run), h("span", { class: "note" }, time(run.at)), run.said ? h("span", { class: "note said-of" }, run.said) : null)),
            )
          : null,
      );
    }),
  );
}

function phase(run) {
  const kind = run.phase === "promoted" ? "on" : run.phase === "failed" ? "bad" : run.phase === "rejected" || run.phase === "stopped" ? "" : "trial";
  const text = { started: "started", epoch: `epoch ${Math.max(0, ...run.epochs.keys())}`, evaluated: "judged" }[run.phase] ?? run.phase;
  return h("span", { class: `tag ${kind}` }, text);
}

function chart(run) {
  const epochs = [...run.epochs.entries()].sort(([a], [b]) => a - b);
  const series = [
    { name: "training loss", kind: "train", points: epochs.map(([epoch, loss]) => [epoch, loss.train]) },
    { name: "validation loss", kind: "validation", points: epochs.filter(([, loss]) => loss.validation !== null).map(([epoch, loss]) => [epoch, loss.validation]) },
  ].filter((each) => each.points.length);
  const values = series.flatMap((each) => each.points.map(([, loss]) => loss));
  const highest = Math.max(...values, 0.01);
  const lowest = Math.min(...values);
  const floor = lowest > highest / 2 ? lowest - (highest - lowest || highest) * 0.2 : 0;
  const first = epochs[0][0];
  const last = Math.max(epochs[epochs.length - 1][0], first + 1);
  const x = (epoch) => BOX.left + ((epoch - first) / (last - first)) * (WIDTH - BOX.left - BOX.right);
  const y = (loss) => BOX.top + (1 - (loss - floor) / (highest - floor)) * (HEIGHT - BOX.top - BOX.bottom);
  const label = `Losses by epoch: ${series.map((each) => `${each.name} ${each.points[0][1].toFixed(3)} to ${each.points[each.points.length - 1][1].toFixed(3)}`).join(", ")}`;
  const ticks = [0, 0.5, 1].map((share) => floor + share * (highest - floor));
  const step = Math.ceil((last - first) / 6);
  return h(
    "figure",
    { class: "chart" },
    svg(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label },
      ticks.map((loss) => [svg("line", { class: "grid", x1: BOX.left, x2: WIDTH - BOX.right, y1: y(loss), y2: y(loss) }), svg("text", { x: BOX.left - 5, y: y(loss) + 3.5, "text-anchor": "end" }, loss.toFixed(2))]).flat(),
      epochs.filter(([epoch]) => (epoch - first) % step === 0).map(([epoch]) => svg("text", { x: x(epoch), y: HEIGHT - 6, "text-anchor": "middle" }, String(epoch))),
      series.map((each) => [
        svg("polyline", { class: `curve ${each.kind}`, points: each.points.map(([epoch, loss]) => `${x(epoch).toFixed(1)},${y(loss).toFixed(1)}`).join(" ") }),
        svg("circle", { class: `dot ${each.kind}`, cx: x(each.points[each.points.length - 1][0]), cy: y(each.points[each.points.length - 1][1]), r: 3.5 }),
      ]).flat(),
    ),
    h("figcaption", {}, series.map((each) => h("span", { class: `key ${each.kind}` }, `${each.name} ${each.points[each.points.length - 1][1].toFixed(3)}`))),
  );
}
