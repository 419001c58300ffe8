// What stands above and below the questions: the place, the languages, reading aloud, and notices for the staff.
import { make, replace } from "../rating/draw.js";
import { hasVoice } from "../rating/speech.js";

const byId = (id) => document.getElementById(id);

export class Bar {
  constructor({ all, choose, listen }) {
    this.warnings = new Set();
    this.all = all;
    this.choose = choose;
    this.listen = listen;
    this.show(all.get(document.documentElement.lang), false);
    // Voices come late, and without asking.
    if ("speechSynthesis" in window) speechSynthesis.addEventListener("voiceschanged", () => this.show(this.words, this.aloud));
  }

  show(words, aloud) {
    this.words = words;
    this.aloud = aloud;
    document.documentElement.lang = words.language;
    const languages = Array.from(this.all.values(), (each) => make(
      "button",
      { type: "button", class: "plain", lang: each.language, "aria-pressed": String(each === words), onclick: () => this.choose(each.language) },
      make("span", { class: "code" }, each.language.toUpperCase()), " ", make("span", { class: "name" }, each.say("language")),
    ));
    const reading = hasVoice(words.language) && make(
      "button", { type: "button", class: "plain", "aria-pressed": String(aloud), onclick: () => this.listen(!aloud) }, make("span", { "aria-hidden": "true" }, "🔊 "), words.say("read_aloud"),
    );
    const bar = byId("languages");
    const focused = bar.contains(document.activeElement) ? document.activeElement.lang : null;
    bar.setAttribute("aria-label", words.say("languages"));
    replace(bar, ...languages, reading);
    if (focused) bar.querySelector(`[lang="${focused}"]`).focus();
    byId("promise").textContent = words.say("promise");
    this.tell();
  }

  place(name) {
    byId("office").textContent = name;
  }

  has(name) {
    return this.warnings.has(name);
  }

  warn(name, on) {
    if (on === this.warnings.has(name)) return;
    if (on) this.warnings.add(name);
    else this.warnings.delete(name);
    this.tell();
  }

  tell() {
    replace(byId("warnings"), ...Array.from(this.warnings, (name) => make("li", { "data-warning": name }, this.words.say(`warning_${name}`))));
  }
}
