// A citizen's own phone: with a ticket (`/t#CODE`) or at an office's poster (`/o/…`). The answer is kept on the phone
// before it is sent, and sent until the server has it.
import { make, replace } from "../rating/draw.js";
import { takeFragment } from "../rating/fragment.js";
import { hasVoice } from "../rating/speech.js";
import { Words } from "../rating/words.js";
import { openLocalStore } from "./localstore.js";
import { openPage } from "./openpages.js";
import { Visit } from "./visit.js";

const page = document.body.dataset;
const place = document.getElementById("place");
const LANGUAGE = "cermin-language";
const TICKET = "cermin-ticket";
const PAUSE = 3000;

// Storage that a browser may forbid.
const remembered = (storage, name) => { try { return window[storage].getItem(name); } catch (error) { return null; } };
const remember = (storage, name, value) => { try { window[storage].setItem(name, value); } catch (error) { /* not kept */ } };
const forget = (storage, name) => { try { window[storage].removeItem(name); } catch (error) { /* not kept */ } };

// The code is taken out of the address at once; until it is used a reload of this tab finds it where only this tab looks.
function subjectOf() {
  if (page.office) return { agency: page.agency, office: page.office, channel: "web" };
  const code = takeFragment() || remembered("sessionStorage", TICKET);
  if (!code) return null;
  remember("sessionStorage", TICKET, code);
  return { ticket: code };
}

function showLanguages(visit, languages) {
  const choose = async (language) => {
    remember("localStorage", LANGUAGE, language);
    visit.words = await loaded(language);
    visit.listen(visit.aloud);
    showLanguages(visit, languages);
    visit.screen();
  };
  document.documentElement.lang = visit.words.language;
  const notes = ["promise", page.office && "open_note", !visit.localStore.isLasting && "not_stored"].filter(Boolean);
  document.getElementById("promise").textContent = notes.map((name) => visit.words.say(name)).join(" ");
  showReports(visit.words);
  const pressed = (language) => String(language === visit.words.language);
  const listen = () => { visit.listen(!visit.aloud); showLanguages(visit, languages); };
  const reading = hasVoice(visit.words.language) && make(
    "button", { type: "button", class: "plain", "aria-pressed": String(visit.aloud), onclick: listen },
    make("span", { "aria-hidden": "true" }, "🔊 "), make("span", { class: "name" }, visit.words.say("read_aloud")),
  );
  replace(document.getElementById("languages"), ...Object.keys(languages).map((language) => make(
    "button", { type: "button", class: "plain", lang: language, "aria-pressed": pressed(language), onclick: () => choose(language) },
    make("span", { class: "code" }, language.toUpperCase()), " ", make("span", { class: "name" }, languages[language]),
  )), reading);
}

// On an office's own page the way to integrity reports stands below everything, where they are taken.
function showReports(words) {
  const link = document.getElementById("reports");
  if (!link) return;
  link.textContent = words.say("report_improper");
  link.search = `?lang=${words.language}`;
}

// The texts, asked for until the network gives them.
async function loaded(language) {
  for (;;) {
    try {
      return await Words.load(language, page.texts);
    } catch (error) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}

async function begin() {
  const subject = subjectOf();
  const languages = JSON.parse(page.languages);
  const wished = remembered("localStorage", LANGUAGE) || document.documentElement.lang;
  const [words, localStore] = await Promise.all([
    loaded(wished in languages ? wished : Object.keys(languages)[0]), openPage().then(openLocalStore),
  ]);
  const visit = new Visit({ place, words, localStore, forget: () => forget("sessionStorage", TICKET) });
  showLanguages(visit, languages);
  // Voices come late, and without asking.
  if ("speechSynthesis" in window) speechSynthesis.addEventListener("voiceschanged", () => showLanguages(visit, languages));
  // Another slip scanned into the same tab.
  window.addEventListener("hashchange", () => location.reload());
  await visit.begin(subject);
}

begin().catch((error) => {
  replace(place, make("p", { role: "alert" }, `${page.broken} (${error.name})`));
});
