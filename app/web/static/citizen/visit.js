// One visit of a citizen's page: what is rated, the questions, and what became of the answer.
import { Clock } from "../rating/clock.js";
import { make, replace } from "../rating/draw.js";
import { Form } from "../rating/form.js";
import { Sender, Unreached } from "../rating/sender.js";
import { answersOf } from "../rating/sheet.js";
import { hasVoice, hush } from "../rating/speech.js";
import { carrier, lookAt } from "./server.js";
import { Memory } from "./localstore.js";

const NOTHING = { done: [], parked: [], again: [] };
// How often it is looked whether another page is through with this page's ticket.
const LOOK_AGAIN_MS = 2000;

export class Visit {
  // `forget()` is called when the ticket's code is of no more use.
  constructor({ place, words, localStore, forget }) {
    Object.assign(this, { place, words, localStore, forget });
    this.clock = new Clock(null);
    this.form = null;
    // Whether questions are read aloud.
    this.aloud = false;
    this.subject = null;
    // Whose integrity reports are taken, as { agency, office }, once a ticket has said whom it is about; else null.
    this.reports = null;
    // Whether another page's answer with this ticket is waited for.
    this.isWatching = false;
    // Whether the answer on its way is what this visit is about.
    this.isMine = () => false;
    this.screen = () => {};
    this.sender = this.senderOn(localStore);
    window.addEventListener("online", () => this.localStore.adopt().catch(() => {}).then(() => this.sender.start()));
  }

  senderOn(localStore) {
    return new Sender({
      localStore, clock: this.clock, batch: 1, lock: null, carry: carrier(this.clock), contact: () => Promise.resolve(),
      changed: (outcome) => this.delivered(localStore, outcome),
    });
  }

  listen(on) {
    this.aloud = on && hasVoice(this.words.language);
    if (!this.aloud) hush();
    if (this.form && !this.form.isEnding) this.screen();
  }

  // Every screen can be drawn again in another language.
  show(screen) {
    if (this.form) this.form.end();
    this.form = null;
    this.screen = screen;
    screen();
  }

  // A link that carries no ticket and tells the form no address that it came from.
  reportLink() {
    const { agency, office } = this.reports;
    const path = [agency, office].map(encodeURIComponent).join("/");
    return make(
      "a", { href: `${document.body.dataset.base}/integrity/${path}?lang=${this.words.language}`, rel: "noreferrer", referrerpolicy: "no-referrer" },
      this.words.say("report_improper"),
    );
  }

  say(title, text, values, ...buttons) {
    this.show(() => {
      const below = buttons.map(([name, act]) => make("button", { type: "button", class: "plain", onclick: act }, this.words.say(name)));
      replace(
        this.place,
        make("h1", { tabindex: -1 }, this.words.say(title)),
        make("p", { class: "served", role: "status" }, this.words.say(text, values)),
        below.length > 0 && make("div", { class: "below" }, ...below),
        title === "sent_title" && this.reports && make("p", { class: "reports" }, this.reportLink()),
      );
      this.place.querySelector("h1").focus();
    });
  }

  // Begin with `subject`: { ticket }, { agency, office, channel }, or null where nobody has said it yet.
  async begin(subject) {
    this.subject = subject;
    const ticket = subject && subject.ticket;
    // What this page was left with when it was closed before its answer was through.
    const waiting = (await this.localStore.oldest()).find(({ body }) => !subject || (ticket && body.ticket === ticket));
    if (waiting) {
      this.isMine = (rating) => rating.mark === waiting.mark;
      this.sayKept();
    } else if (ticket && await this.localStore.isElsewhere(ticket)) {
      if (!this.isWatching) this.sayKept();
      this.isWatching = true;
      setTimeout(() => { if (this.subject === subject) this.localStore.adopt().then(() => this.begin(subject)); }, LOOK_AGAIN_MS);
    } else if (subject) this.look();
    else this.askForCode();
    // An answer of another visit goes its way without a word.
    await this.sender.start();
  }

  sayKept() {
    if (this.localStore.isLasting) this.say("kept_title", "kept");
    else this.say("kept_open_title", "kept_open");
  }

  askForCode() {
    this.subject = null;
    this.forget();
    this.show(() => {
      const input = make("input", { id: "code", required: true, maxlength: 40, autocomplete: "off", autocapitalize: "characters", spellcheck: "false" });
      const open = (event) => { event.preventDefault(); this.subject = { ticket: input.value }; this.look(); };
      replace(
        this.place,
        make("h1", { tabindex: -1 }, this.words.say("ticket_title")),
        make("p", {}, this.words.say("ticket_hint")),
        make(
          "form", { onsubmit: open }, make("label", { for: "code" }, this.words.say("ticket_code")), input,
          make("div", { class: "below" }, make("button", { type: "submit", class: "main" }, this.words.say("ticket_open"))),
        ),
      );
    });
  }

  // What is rated, asked until the network answers or something else is to be rated.
  async look() {
    const subject = this.subject;
    for (let failures = 0; this.subject === subject; failures += 1) {
      try {
        const { status, body, seconds } = await lookAt(subject, this.clock);
        if (this.subject !== subject) return;
        if (status === 429) throw new Unreached(seconds);
        if (status === 200) this.ask(body);
        // Whatever is wrong with a code: it opens nothing.
        else this.refuse(null);
        return;
      } catch (error) {
        if (!(error instanceof Unreached)) throw error;
        if (this.subject !== subject) return;
        if (error.seconds) this.say("too_many_title", "too_many", { wait: this.words.duration(error.seconds) });
        else this.say("network_title", "network");
        await waited(failures, error.seconds);
      }
    }
  }

  // The server's no: to a ticket, to an office it does not know, or to an answer for the reason `code`.
  refuse(code) {
    if (code) this.say("refused_title", "refused", { code });
    else if (!this.subject || this.subject.ticket) {
      this.say("ticket_refused_title", "ticket_refused", {}, ...(this.subject ? [["again", () => this.look()]] : []), ["other_code", () => this.askForCode()]);
    } else this.say("open_refused_title", "open_refused");
  }

  ask(shown) {
    document.getElementById("office").textContent = [shown.office.name, shown.service && shown.service.name].filter(Boolean).join(" – ");
    this.reports = this.subject.ticket && shown.integrity ? { agency: shown.agency, office: shown.office.code } : null;
    const services = this.subject.ticket ? [] : shown.services;
    const subject = services.length === 1 ? Object.assign({ service: services[0].code }, this.subject) : this.subject;
    const form = new Form({
      place: this.place, words: this.words,
      form: { services, instrument: shown.instrument, employee: shown.employee || null, comments: Boolean(subject.ticket), sendsIn: 0 },
      finish: (sheet) => this.finish(form, Object.assign({}, subject, answersOf(sheet, form.form))), empty: () => this.ask(shown),
    });
    this.show(() => { form.aloud = this.aloud; form.speakAs(this.words); });
    this.form = form;
  }

  async finish(form, body) {
    if (form.isEnding) return;
    form.isEnding = true;
    try {
      await this.keepAndSend(this.sender, body);
    } catch (error) {
      // A browser that lets nothing be kept sends at least from where it stands.
      this.sender.end();
      this.localStore = new Memory();
      this.sender = this.senderOn(this.localStore);
      await this.keepAndSend(this.sender, body);
    }
  }

  async keepAndSend(sender, body) {
    const mark = await sender.take(body);
    this.isMine = (rating) => rating.mark === mark;
    this.sayKept();
    await sender.start();
  }

  // Something became of an answer: tell it if it is this visit's.
  async delivered(localStore, { done, parked }) {
    const gone = parked.map(({ id }) => id);
    if (gone.length > 0) await localStore.settle(Object.assign({}, NOTHING, { gone }));
    const refused = parked.find((rating) => this.isMine(rating));
    if (!refused && !done.some((rating) => this.isMine(rating))) return;
    this.forget();
    const { code } = refused ? refused.refused : {};
    if (!refused) this.say("sent_title", "sent");
    else {
      if (code === "ticket-refused") this.subject = null;
      this.refuse(code === "ticket-refused" ? null : code);
    }
  }
}

function waited(failures, seconds) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds ? seconds * 1000 : Math.min(60000, 2000 * 2 ** failures) * (0.5 + Math.random() / 2));
    if (!seconds) window.addEventListener("online", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}
