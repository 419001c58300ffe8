// The questions on the screen, one at a time: large faces with words, a way back, a review before anything is kept.
import { make, replace } from "./draw.js";
import { face, happinessOf } from "./faces.js";
import { hush, speak } from "./speech.js";
import { REVIEW, SERVICE, answered, emptySheet, isBegun, saysSomething, stepBack, stepOf, withComment } from "./sheet.js";

// A second tap this soon after a screen changed was meant for the screen before.
const GUARD = 400;
// More answers than these stand two by two on a phone, for one below the other they would leave the screen.
const MOST_IN_A_COLUMN = 4;

export class Form {
  // `place` is the element to draw in. `form`: services, instrument, employee (a short name or null), `comments` (whether
  // one may be written) and `sendsIn` (seconds after which a finished sheet is kept by itself; 0: never).
  // `finish(sheet)` gets the sheet, `empty()` is called when nothing was said.
  constructor({ place, words, form, finish, empty }) {
    Object.assign(this, { place, words, form, finish, empty });
    this.sheet = emptySheet();
    this.aloud = false;
    // Who uses a keyboard or listens gets all the time there is.
    this.patient = false;
    this.countdown = null;
    // What is being written, until it is taken over or dropped; null while nobody writes.
    this.draft = null;
  }

  get isBegun() {
    return isBegun(this.sheet);
  }

  get isReady() {
    return stepOf(this.sheet, this.form) === REVIEW && saysSomething(this.sheet);
  }

  show(focus) {
    clearInterval(this.countdown);
    const step = stepOf(this.sheet, this.form);
    if (this.draft !== null) this.comment();
    else if (step === REVIEW) this.review();
    else if (step === SERVICE) this.services();
    else this.question(this.form.instrument.items.find((item) => item.code === step));
    this.drawn = performance.now();
    const heading = this.place.querySelector("h1");
    if (focus && heading) heading.focus();
    if (this.aloud) this.read();
  }

  // Another language in the middle of a rating keeps the answers.
  speakAs(words) {
    this.words = words;
    this.show(false);
  }

  end() {
    clearInterval(this.countdown);
    hush();
  }

  follow(sheet) {
    this.sheet = sheet;
    this.draft = null;
    this.show(true);
  }

  // What a tap does, unless it was the second half of a double tap.
  guarded(act) {
    return () => { if (performance.now() - this.drawn >= GUARD) act(); };
  }

  services() {
    const choices = this.form.services.map((service) => make(
      "button", { type: "button", class: "choice", onclick: this.guarded(() => this.follow(answered(this.sheet, this.form, service.code))) }, service.name,
    ));
    replace(this.place, this.heading(this.words.say("choose_service")), this.served(), make("div", { class: "choices", role: "group", "aria-labelledby": "question" }, ...choices), this.below());
  }

  question(item) {
    const { instrument } = this.form;
    const { title, question, answers, language } = this.words.question(instrument, item);
    const number = instrument.items.indexOf(item) + 1;
    const faces = answers.map((words, index) => {
      const score = instrument.low + index;
      return make(
        "button",
        { type: "button", class: "answer", "data-score": score, onclick: this.guarded(() => this.follow(answered(this.sheet, this.form, score))) },
        face(happinessOf(score, instrument.low, instrument.high)), make("span", { lang: language }, words),
      );
    });
    replace(
      this.place,
      make("p", { class: "where" }, this.words.say("question_of", { number, total: instrument.items.length }), " · ", make("span", { lang: language }, title)),
      this.heading(question, language),
      this.served(),
      make("div", { class: faces.length > MOST_IN_A_COLUMN ? "answers many" : "answers", role: "group", "aria-labelledby": "question" }, ...faces),
      this.below(this.without(() => this.follow(answered(this.sheet, this.form, null)))),
    );
  }

  review() {
    if (!saysSomething(this.sheet)) {
      this.empty();
      return;
    }
    const { instrument, sendsIn } = this.form;
    const lines = instrument.items.map((item) => {
      const { title, answers, language } = this.words.question(instrument, item);
      const score = this.sheet.scores[item.code];
      const none = this.words.none(instrument);
      const [said, spoken] = score !== null ? [answers[score - instrument.low], language] : none ? [none.text, none.language] : [this.words.say("skipped")];
      return make("div", {}, score === null ? null : face(happinessOf(score, instrument.low, instrument.high)), make("dt", { lang: language }, title), make("dd", { lang: spoken }, said));
    });
    const timer = sendsIn && !this.patient && !this.aloud ? make("p", { class: "timer" }) : null;
    replace(
      this.place,
      this.heading(this.words.say("your_answers")),
      make("dl", { class: "review" }, ...lines),
      this.sheet.comment ? make("blockquote", {}, this.sheet.comment) : null,
      timer,
      make(
        "div", { class: "below" },
        this.button("back", () => this.follow(stepBack(this.sheet))),
        this.form.comments && this.button(this.sheet.comment ? "change_comment" : "add_comment", () => this.comment()),
        this.button("send", () => this.finish(this.sheet), "main"),
      ),
    );
    if (timer) this.count(timer, sendsIn);
  }

  // A finished sheet of somebody who walks away is kept by itself.
  count(timer, seconds) {
    let left = seconds;
    const tell = () => { timer.textContent = this.words.say("sends_in", { wait: this.words.duration(left) }); };
    tell();
    this.countdown = setInterval(() => {
      left -= 1;
      if (left > 0) tell();
      else {
        clearInterval(this.countdown);
        this.finish(this.sheet);
      }
    }, 1000);
  }

  comment() {
    clearInterval(this.countdown);
    const text = make("textarea", { id: "comment", maxlength: 1000, rows: 5, autocomplete: "off", "aria-describedby": "consent" });
    if (this.draft === null) this.draft = this.sheet.comment;
    text.value = this.draft;
    text.addEventListener("input", () => { this.draft = text.value; });
    const keep = make(
      "form",
      { class: "comment", onsubmit: (event) => { event.preventDefault(); this.follow(withComment(this.sheet, text.value)); } },
      make("label", { for: "comment" }, this.words.say("comment_label")),
      text,
      make("p", { id: "consent" }, this.words.say("comment_consent")),
      make(
        "div", { class: "below" },
        this.button("no_comment", () => this.follow(withComment(this.sheet, ""))),
        make("button", { type: "submit", class: "main" }, this.words.say("keep_comment")),
      ),
    );
    replace(this.place, this.heading(this.words.say("add_comment")), keep);
    text.focus();
  }

  served() {
    return this.form.employee && make("p", { class: "served" }, this.words.say("served_by", { name: this.form.employee }));
  }

  heading(text, language) {
    return make("h1", { id: "question", tabindex: -1, lang: language }, text);
  }

  button(name, act, kind) {
    return make("button", { type: "button", class: kind || "plain", onclick: this.guarded(act) }, this.words.say(name));
  }

  // The way past a question: in the questionnaire's own words where it has an answer for what does not apply.
  without(act) {
    const none = this.words.none(this.form.instrument);
    if (!none) return this.button("skip", act);
    return make("button", { type: "button", class: "plain none", lang: none.language, onclick: this.guarded(act) }, none.text);
  }

  below(...buttons) {
    const back = isBegun(this.sheet) ? this.button("back", () => this.follow(stepBack(this.sheet))) : null;
    return make("div", { class: "below" }, back, ...buttons);
  }

  read() {
    const step = stepOf(this.sheet, this.form);
    const { textContent: heading, lang } = this.place.querySelector("h1");
    const choices = step === REVIEW ? [] : Array.from(this.place.querySelectorAll(".answer, .choice, .none"), (each) => each.textContent);
    speak([heading, ...choices].join(". "), lang || this.words.language);
  }

}
