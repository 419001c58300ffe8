// A citizen's own phone: with a ticket (`/t#CODE`) or at an office's poster (`/o/…`). The answer is kept on the phone
// before it is sent, and sent until the server has it.
import { Clock } from "../rating/clock.js";
import { make, replace } from "../rating/draw.js";
import { Form } from "../rating/form.js";
import { Sender, Unreached } from "../rating/sender.js";
import { answersOf } from "../rating/sheet.js";
import { Words } from "../rating/words.js";
import { lookAt, carrier } from "./server.js";
import { openShelf } from "./shelf.js";

const page = document.body.dataset;
const place = document.getElementById("place");
const bar = document.getElementById("languages");
const LANGUAGE = "cermin-language";

class Visit {
  constructor(words, shelf) {
    this.words = words;
    this.shelf = shelf;
    this.clock = new Clock(null);
    this.form = null;
    this.screen = () => {};
    this.sender = new Sender({
      shelf, clock: this.clock, batch: 1, carry: carrier(this.clock), contact: () => Promise.resolve(), changed: () => this.told(),
    });
  }

  // Every screen can be drawn again in another language.
  show(screen) {
    this.screen = screen;
    screen();
  }

  say(title, text, values, ...more) {
    if (this.form) this.form.end();
    this.form = null;
    this.show(() => {
      replace(place, make("h1", { tabindex: -1 }, this.words.say(title)), make("p", { class: "served", role: "status" }, this.words.say(text, values)), ...more);
      place.querySelector("h1").focus();
    });
  }

  async begin(subject) {
    this.subject = subject;
    if (await this.shelf.waiting() > 0) {
      // An answer of an earlier visit comes first: it may be this ticket's.
      this.pending = true;
      await this.keep();
      return;
    }
    if (!subject) this.askForCode();
    else await this.look();
  }

  askForCode() {
    const input = make("input", { id: "code", required: true, maxlength: 40, autocomplete: "off", autocapitalize: "characters", spellcheck: "false" });
    const open = (event) => { event.preventDefault(); this.subject = { ticket: input.value }; this.look(); };
    this.show(() => {
      replace(
        place,
        make("h1", { tabindex: -1 }, this.words.say("ticket_title")),
        make("p", {}, this.words.say("ticket_hint")),
        make(
          "form", { onsubmit: open }, make("label", { for: "code" }, this.words.say("ticket_code")), input,
          make("div", { class: "below" }, make("button", { type: "submit", class: "main" }, this.words.say("ticket_open"))),
        ),
      );
    });
  }

  // What is rated, asked until the network answers.
  async look() {
    for (let failures = 0; ; failures += 1) {
      try {
        const { status, body, seconds } = await lookAt(this.subject, this.clock);
        if (status === 200) this.ask(body);
        else if (status === 429) throw new Unreached(seconds);
        else this.say(this.subject.ticket ? "ticket_refused_title" : "open_refused_title", this.subject.ticket ? "ticket_refused" : "open_refused");
        return;
      } catch (error) {
        if (!(error instanceof Unreached)) throw error;
        if (error.seconds) this.say("too_many_title", "too_many", { seconds: error.seconds });
        else this.say("network_title", "network");
        await waited(failures, error.seconds);
      }
    }
  }

  ask(shown) {
    document.getElementById("office").textContent = [shown.office.name, shown.service && shown.service.name].filter(Boolean).join(" – ");
    const services = this.subject.ticket ? [] : shown.services;
    if (services.length === 1) this.subject.service = services[0].code;
    this.form = new Form({
      place, words: this.words, form: { services, instrument: shown.instrument, employee: shown.employee || null, comments: Boolean(this.subject.ticket), sendsIn: 0 },
      finish: (sheet) => this.finish(sheet), empty: () => this.ask(shown),
    });
    this.form.patient = true;
    this.show(() => this.form.speakAs(this.words));
  }

  async finish(sheet) {
    const body = Object.assign({}, this.subject, answersOf(sheet, this.form.form));
    try {
      await this.sender.take(body);
    } catch (error) {
      this.say("not_kept_title", "not_kept");
      return;
    }
    await this.keep();
  }

  // The answer is on this phone; stay until the server has it.
  async keep() {
    this.say("kept_title", "kept");
    await this.sender.start();
    window.addEventListener("online", () => this.sender.start());
  }

  // The sender did something: tell what became of the answer.
  async told() {
    if (await this.shelf.waiting() > 0) return;
    const [parked] = await this.shelf.parked();
    if (parked) {
      await this.shelf.settle({ done: [], parked: [], again: [], gone: [parked.id] });
      if (parked.refused.code === "ticket-refused") this.say("ticket_refused_title", "ticket_refused");
      else this.say("refused_title", "refused", { code: parked.refused.code });
    } else if (this.pending && this.subject && !this.subject.ticket) await this.look();
    else this.say("sent_title", "sent");
  }
}

function waited(failures, seconds) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds ? seconds * 1000 : Math.min(60000, 2000 * 2 ** failures) * (0.5 + Math.random() / 2));
    if (!seconds) window.addEventListener("online", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}

// The code is taken out of the address at once; a reload of this tab finds it where only this tab looks.
function subjectOf() {
  if (page.office) return { agency: page.agency, office: page.office, channel: "web" };
  const code = decodeURIComponent(location.hash.slice(1)) || sessionStorage.getItem("cermin-ticket");
  history.replaceState(null, "", location.pathname + location.search);
  if (!code) return null;
  sessionStorage.setItem("cermin-ticket", code);
  return { ticket: code };
}

function showLanguages(visit, languages) {
  const choose = async (language) => {
    localStorage.setItem(LANGUAGE, language);
    visit.words = await Words.load(language, page.texts);
    if (visit.form) visit.form.words = visit.words;
    showLanguages(visit, languages);
    visit.screen();
  };
  document.documentElement.lang = visit.words.language;
  document.getElementById("promise").textContent = visit.words.say("promise") + (page.office ? ` ${visit.words.say("open_note")}` : "");
  const pressed = (language) => String(language === visit.words.language);
  replace(bar, ...Object.keys(languages).map((language) => make(
    "button", { type: "button", class: "plain", lang: language, "aria-pressed": pressed(language), onclick: () => choose(language) },
    make("span", { class: "code" }, language.toUpperCase()), " ", make("span", { class: "name" }, languages[language]),
  )));
}

async function begin() {
  const subject = subjectOf();
  const languages = JSON.parse(page.languages);
  const wished = localStorage.getItem(LANGUAGE) || document.documentElement.lang;
  const words = await Words.load(wished in languages ? wished : "id", page.texts);
  const visit = new Visit(words, await openShelf());
  showLanguages(visit, languages);
  await visit.begin(subject);
}

begin();
