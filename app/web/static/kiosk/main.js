// The kiosk page: opens the local store, knows whether it is paired, and hands over to the counter.
import { Clock } from "../rating/clock.js";
import { make, replace } from "../rating/draw.js";
import { takeFragment } from "../rating/fragment.js";
import { LocalStore } from "../rating/localstore.js";
import { within } from "../rating/patience.js";
import { Words } from "../rating/words.js";
import { Counter } from "./counter.js";
import { showPairing } from "./pairing.js";

const page = document.body.dataset;
const place = document.getElementById("place");
// Some browsers' storage never answers.
const STORAGE_MS = 10000;

// Everything is fetched at the start, so that no language needs a network later.
async function begin() {
  const code = takeFragment();
  const languages = page.languages.split(" ");
  const catalogues = await Promise.all(languages.map((language) => Words.load(language, page.texts)));
  const all = new Map(catalogues.map((words) => [words.language, words]));
  const opened = await within(STORAGE_MS, openedStore()).catch(() => null);
  if (opened === null) {
    sayNoStorage(all.get(languages[0]));
    return;
  }
  const { localStore, clock, device } = opened;
  const counter = new Counter({ page, place, all, localStore, clock: new Clock(clock) });
  counter.onPairing = (former) => pair(counter, "", former);
  if (device && !code) await counter.open(device);
  else pair(counter, code, device);
  work(counter);
}

async function openedStore() {
  const localStore = await LocalStore.open("cermin-kiosk");
  return { localStore, clock: await localStore.setting("clock"), device: await localStore.setting("device") };
}

// A kiosk that can keep nothing must not begin: it would thank for answers that are lost.
function sayNoStorage(words) {
  replace(place, make("h1", {}, words.say("no_storage_title")), make("p", { class: "served", role: "alert" }, words.say("no_storage")));
}

function pair(counter, code, former) {
  const paired = async (device) => {
    await counter.pairedAs(device, former);
    await counter.open(device);
  };
  const leave = former ? () => counter.open(former) : null;
  counter.stay(() => showPairing({ place, words: counter.words, code, paired, leave }), true);
}

// The service worker keeps the page through a reload without network; a new version waits for a moment without a citizen.
function work(counter) {
  if (!("serviceWorker" in navigator)) {
    counter.warn("insecure", true);
    return;
  }
  const hadOne = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => { if (hadOne) counter.whenIdle(() => location.reload()); });
  navigator.serviceWorker.register(page.worker, { scope: page.scope }).catch(() => counter.warn("insecure", true));
}

begin().catch((error) => {
  replace(place, make("p", { role: "alert" }, `${document.body.dataset.broken} (${error.name})`));
});
