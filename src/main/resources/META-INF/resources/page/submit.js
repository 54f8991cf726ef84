// An image that is dropped, pasted, chosen or named becomes an image event; its outcome comes by the feed.

import * as api from "./api.js";
import { byId, bytes, h, millis, picture, toast } from "./dom.js";
import { modelCaption } from "./words.js";

const PATIENCE_MILLIS = 60000;
// Topics take a megabyte unless told otherwise, and models look at fewer pixels than this.
const SHRINK_BYTES = 900000;
const SHRINK_SIDE = 1600;

let limit = 10e6;
let current = null;
const outcomes = new Map();

export function start(abilities) {
  limit = abilities.maxUpload;
  const form = byId("drop");
  if (!abilities.submissions) {
    form.hidden = true;
    byId("closed").hidden = false;
    return;
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const uri = byId("uri").value.trim();
    if (uri) submitUri(uri);
    else byId("uri").focus();
  });
  byId("file").addEventListener("change", (event) => {
    const [file] = event.target.files;
    if (file) submitFile(file);
    event.target.value = "";
  });
  listenForDrops(form);
  document.addEventListener("paste", (event) => {
    const file = [...event.clipboardData.files][0];
    if (file) {
      event.preventDefault();
      submitFile(file);
    }
  });
}

function listenForDrops(form) {
  let depth = 0;
  const over = (on) => form.classList.toggle("over", on);
  // Anywhere on the page, so that a near miss does not open the image instead of the page.
  document.addEventListener("dragenter", () => over(++depth > 0));
  document.addEventListener("dragleave", () => over(--depth > 0));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    depth = 0;
    over(false);
    const [file] = event.dataTransfer.files;
    const uri = event.dataTransfer.getData("text/uri-list") || event.dataTransfer.getData("text/plain");
    if (file) submitFile(file);
    else if (uri) submitUri(uri.split("\n")[0]);
  });
}

async function submitUri(uri) {
  const title = uri.length > 80 ? `${uri.slice(0, 77)}…` : uri;
  await submit(title, null, () => api.submitUri(uri));
}

async function submitFile(file) {
  const image = await shrunk(file);
  const note = image === file ? bytes(file.size) : `${bytes(file.size)}, sent as ${bytes(image.size)}`;
  await submit(`${file.name || "pasted image"} · ${note}`, URL.createObjectURL(image), () => {
    if (image.size > limit) throw new Error(`The image has ${bytes(image.size)}; the service takes ${bytes(limit)}`);
    return api.submitImage(image);
  });
}

// A photo of a phone is many times larger than any model looks at.
async function shrunk(file) {
  if (file.size <= SHRINK_BYTES) return file;
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, SHRINK_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = h("canvas", { width: Math.round(bitmap.width * scale), height: Math.round(bitmap.height * scale) });
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
    return small && small.size < file.size ? small : file;
  } catch {
    // The service says what is wrong with it.
    return file;
  }
}

async function submit(title, preview, send) {
  if (current) finish(current);
  const view = { title, preview, id: null, startedAt: performance.now(), timer: 0 };
  current = view;
  show(view, waiting(view, "Writing the image event"));
  try {
    const written = await send();
    view.id = written.id;
    view.where = `partition ${written.partition}, offset ${written.offset}`;
    view.written = written;
    if (current !== view) return;
    show(view, waiting(view, "Waiting for the caption event"));
    view.timer = setTimeout(() => late(view), PATIENCE_MILLIS);
    const known = outcomes.get(view.id);
    if (known) known();
  } catch (error) {
    show(view, h("p", { class: "failure", role: "alert" }, error.message));
  }
}

function finish(view) {
  clearTimeout(view.timer);
}

function late(view) {
  if (current === view) {
    show(view, h("p", { class: "failure" }, `No outcome after ${millis(PATIENCE_MILLIS)}: see how many events wait, and whether the service is ready. It appears here when it comes.`));
  }
}

function waiting(view, text) {
  return h("p", { class: "waiting" }, h("span", { class: "spinner", "aria-hidden": "true" }), text, view.where ? h("span", { class: "note" }, ` · ${view.where}`) : null);
}

function show(view, content, state = "waiting") {
  const image = view.preview
    ? h("img", { src: view.preview, alt: "The image that was submitted" })
    : view.written
      ? picture(view.written.partition, view.written.offset, "The image that was submitted")
      : h("span", { class: "no-picture" }, "…");
  byId("result").replaceChildren(
    h(
      "div",
      { class: "result", "data-state": state, "data-id": view.id },
      h("figure", {}, image, h("figcaption", {}, view.title)),
      h("div", { class: "outcome" }, content),
    ),
  );
}

// The feed may be faster than the answer to the request.
function settle(id, act) {
  if (current && current.id === id) {
    act();
    return;
  }
  if (id && id.startsWith("page-")) {
    outcomes.set(id, () => settle(id, act));
    if (outcomes.size > 50) outcomes.delete(outcomes.keys().next().value);
  }
}

export function captioned(event) {
  settle(event.id, () => {
    finish(current);
    const took = performance.now() - current.startedAt;
    show(
      current,
      [
        h("div", { class: "models" }, event.models.map(modelCaption)),
        h(
          "p",
          { class: "note trip" },
          `${event.image.width} × ${event.image.height} ${event.image.format} · event to caption ${millis(event.latencyMillis)} · here after ${millis(took)} · ${current.where}`,
        ),
      ],
      "captioned",
    );
  });
}

export function deadLettered(letter) {
  settle(letter.key, () => {
    finish(current);
    // It may be tried again, and is then measured from there.
    show(
      current,
      h(
        "div",
        { class: "failure" },
        h("p", {}, h("code", {}, letter.code), " ", letter.reason),
        h("p", { class: "note" }, "It became a ", h("a", { href: "#dead-letters" }, "dead letter"), "."),
      ),
      "dead",
    );
  });
}

export function retried(id) {
  if (current && current.id === id) {
    current.startedAt = performance.now();
    show(current, waiting(current, "Tried again, waiting for the caption event"));
  }
}
