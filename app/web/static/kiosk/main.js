// The kiosk page: opens the local store, knows whether it is paired, and hands over to the counter.
import { Clock } from "../rating/clock.js";
import { make, replace } from "../rating/draw.js";
import { LocalStore } from "../rating/localstore.js";
import { Words } from "../rating/words.js";
import { Counter } from "./counter.js";
import { codeInAddress, showPairing } from "./pairing.js";

const page = document.body.dataset;
const place = document.getElementById("place");

// Everything is fetched at the start, so that no language needs a network later.
async function begin() {
  const code = codeInAddress();
  const languages = page.languages.split(" ");
  const catalogues = await Promise.all(languages.map((language) => Words.load(language, page.texts)));
  const all = new Map(catalogues.map((words) => [words.language, words]));
  const localStore = await LocalStore.open("cermin-kiosk");
  const counter = new Counter({ page, place, all, localStore, clock: new Clock(await localStore.setting("clock")) });
  const device = await localStore.setting("device");
  counter.onPairing = (former) => pair(counter, "", former);
  if (device && !code) await counter.open(device);
  else pair(counter, code, device);
  work(counter);
}

function pair(counter, code, former) {
  const paired = async (device) => {
    await counter.pairedAs(device, former);
    await counter.open(device);
  };
  const leave = former ? () => counter.open(former) : null;
  counter.stay(() => showPairing({ place, words: counter.words, code, paired, leave }));
}

// The service worker keeps the page through a reload without network; a new version waits for a moment without a citizen.
function work(counter) {
  if (!("serviceWorker" in navigator)) {
    counter.warn("insecure", true);
    return;
  }
  const hadOne = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => { if (hadOne) counter.whenIdle(() => location.reload()); });
  navigator.serviceWorker.register(page.worker, { scope: "/kiosk" }).catch(() => counter.warn("insecure", true));
}

begin().catch((error) => {
  replace(place, make("p", { role: "alert" }, `${document.body.dataset.broken} (${error.name})`));
});
