import * as api from "./api.js";
import { byId } from "./dom.js";
import { follow } from "./feed.js";
import * as latest from "./latest.js";
import * as letters from "./letters.js";
import * as models from "./models.js";
import * as submit from "./submit.js";
import * as theme from "./theme.js";
import { reported } from "./training.js";
import { vitals } from "./vitals.js";

const LINK = { connecting: "Connecting", live: "Live", away: "No connection" };

theme.start();
latest.start();

async function begin() {
  let abilities;
  try {
    abilities = await api.abilities();
  } catch (error) {
    byId("problem").hidden = false;
    byId("problem").textContent = error.message;
    setTimeout(begin, 3000);
    return;
  }
  byId("problem").hidden = true;
  if (abilities.user) {
    byId("user").hidden = false;
    byId("user").textContent = abilities.user;
  }
  submit.start(abilities);
  models.start(abilities);
  letters.start(abilities);
  follow(
    {
      caption: (event) => [submit, latest, models, letters].forEach((part) => part.captioned(event)),
      "dead-letter": (letter) => [submit, letters].forEach((part) => part.deadLettered(letter)),
      report: reported,
      release: (release) => models.released(release),
      vitals,
    },
    (state) => {
      byId("link").dataset.state = state;
      byId("link").textContent = LINK[state];
    },
  );
}

begin();
