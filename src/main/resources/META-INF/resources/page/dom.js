// Makes elements. Text goes in as text, never as markup: what others wrote is shown, not run.

export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "vars") Object.entries(value).forEach(([key, each]) => element.style.setProperty(key, each));
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const byId = (id) => document.getElementById(id);

export function percent(share) {
  if (share === null || share === undefined) return "–";
  const value = share * 100;
  if (value > 0 && value < 1) return "<1%";
  return value < 100 && value > 99 ? ">99%" : `${Math.round(value)}%`;
}

export function millis(value) {
  if (value === null || value === undefined) return "–";
  return value < 1000 ? `${Math.round(value)} ms` : value < 60000 ? `${(value / 1000).toFixed(1)} s` : `${Math.round(value / 60000)} min`;
}

export function bytes(value) {
  return value < 1000 ? `${value} B` : value < 1e6 ? `${Math.round(value / 1000)} kB` : `${(value / 1e6).toFixed(1)} MB`;
}

export function ago(time) {
  const seconds = Math.max(0, (Date.now() - new Date(time).getTime()) / 1000);
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return new Date(time).toLocaleDateString();
}

// Keeps times of the past up to date.
export function time(at) {
  return h("time", { datetime: at, title: new Date(at).toLocaleString(), "data-ago": at }, ago(at));
}

setInterval(() => {
  document.querySelectorAll("time[data-ago]").forEach((element) => {
    const text = ago(element.dataset.ago);
    if (element.textContent !== text) element.textContent = text;
  });
}, 5000);

export function picture(partition, offset, description) {
  const image = h("img", { src: `api/live/images/${partition}/${offset}`, alt: description, loading: "lazy", decoding: "async" });
  image.addEventListener("error", () => image.replaceWith(h("span", { class: "no-picture" }, "no picture")), { once: true });
  return image;
}

export function toast(text, kind = "done") {
  const element = h("p", { class: `toast ${kind}` }, text);
  byId("toasts").append(element);
  setTimeout(() => element.remove(), kind === "failed" ? 12000 : 6000);
}
