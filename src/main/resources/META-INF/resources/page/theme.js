// Light, dark, or as the system has it.

import { byId } from "./dom.js";

const NAMES = { auto: "as the system has them", light: "light", dark: "dark" };
const SIGNS = { auto: "◐", light: "☀", dark: "☾" };
const ORDER = ["auto", "light", "dark"];

export function start() {
  let theme = stored();
  const apply = () => {
    document.documentElement.dataset.theme = theme;
    byId("theme").textContent = SIGNS[theme];
    byId("theme").setAttribute("aria-label", `Colours: ${NAMES[theme]}`);
    byId("theme").title = `Colours: ${NAMES[theme]}`;
  };
  byId("theme").addEventListener("click", () => {
    theme = ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length];
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // Not everyone lets pages remember.
    }
    apply();
  });
  apply();
}

function stored() {
  try {
    const theme = localStorage.getItem("theme");
    return ORDER.includes(theme) ? theme : "auto";
  } catch {
    return "auto";
  }
}
