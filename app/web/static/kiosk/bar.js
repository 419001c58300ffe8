// What stands above and below the questions: the place, the languages, reading aloud, and notices for the staff.
import { make, replace } from "../rating/draw.js";
import { hasVoice } from "../rating/speech.js";

// The only notice that is meant for citizens.
const FOR_CITIZENS = "still_there";
const byId = (id) => document.getElementById(id);

export class Bar {
  constructor({ all, choose, listen }) {
    this.warnings = new Set();
    // Whether what is on the screen is for the staff.
    this.isStaffs = false;
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

  // Notices for the staff stay out of citizens' sight: on their screen a dot at the mark says that there are some.
  tell() {
    const all = Array.from(this.warnings);
    const shown = all.filter((name) => this.isStaffs || name === FOR_CITIZENS);
    byId("mark").classList.toggle("dotted", all.some((name) => name !== FOR_CITIZENS));
    replace(byId("warnings"), ...shown.map((name) => make("li", { "data-warning": name }, this.words.say(`warning_${name}`))));
  }

  showsStaff(isStaffs) {
    this.isStaffs = isStaffs;
    this.tell();
  }
}
