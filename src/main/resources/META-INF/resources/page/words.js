// Captions with the probability of each word, and of each alternative.

import { h, percent } from "./dom.js";

const LIKELY = 0.8;
const UNSURE = 0.4;

const kind = (probability) => (probability >= LIKELY ? "likely" : probability >= UNSURE ? "unsure" : "unlikely");

// The words of one caption, each over a bar as long as it is likely.
export function words(alternative) {
  return h(
    "p",
    { class: "words" },
    alternative.words.map((each) =>
      h(
        "span",
        { class: `word ${kind(each.probability)}`, vars: { "--p": each.probability.toFixed(4) } },
        h("span", { class: "text" }, each.word),
        " ",
        h("span", { class: "odds" }, percent(each.probability)),
        " ",
      ),
    ),
  );
}

// What one model said of an image.
export function modelCaption(said) {
  const best = said.alternatives[0];
  const top = Math.max(...said.alternatives.map((each) => each.probability), Number.MIN_VALUE);
  return h(
    "article",
    { class: "said", "data-model": said.model },
    h("header", {}, h("h3", {}, said.model), h("span", { class: "tag", title: "Version" }, `version ${said.version}`)),
    h("p", { class: "caption" }, said.caption || "(no words)"),
    best ? words(best) : null,
    said.confidence === null ? null : confidence(said.confidence),
    said.alternatives.length > 1
      ? h(
          "details",
          { open: true },
          h("summary", {}, `${said.alternatives.length} alternatives`),
          h(
            "ol",
            { class: "alternatives" },
            said.alternatives.map((each) =>
              h(
                "li",
                {},
                h("span", { class: "text" }, each.text + (each.complete ? "" : " …")),
                h("span", { class: "meter", "aria-hidden": "true", vars: { "--p": (each.probability / top).toFixed(4) } }),
                h("span", { class: "odds" }, percent(each.probability)),
              ),
            ),
          ),
        )
      : null,
    h(
      "p",
      { class: "note" },
      `${(said.inferenceMicros / 1000).toFixed(0)} ms in a batch of ${said.batchSize}, ${said.precision || "fp32"}`,
    ),
  );
}

function confidence(value) {
  return h(
    "p",
    { class: "confidence" },
    h("span", {}, "Confidence"),
    h("span", { class: "meter", "aria-hidden": "true", vars: { "--p": value.toFixed(4) } }),
    h("strong", {}, percent(value)),
  );
}
