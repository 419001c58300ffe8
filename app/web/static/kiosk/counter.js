// One kiosk at work: offers the questions, keeps each rating before it thanks, and stays in touch with the server.
import { make, replace } from "../rating/draw.js";
import { Form } from "../rating/form.js";
import { Revoked, Sender } from "../rating/sender.js";
import { hasVoice } from "../rating/speech.js";
import { Contact } from "./contact.js";
import { onLongPress } from "./lock.js";
import { onDuty, ratingOf } from "./roster.js";
import { Server } from "./server.js";
import { storageState, isNearlyFull } from "./storage.js";
import { Bar } from "./bar.js";
import { askPin, showTechnician } from "./technician.js";

const THANKS = 4;
const SENDS_IN = 10;
// Before a rating is given up, whoever is still there is asked.
const STILL_THERE = 20;
// Who uses a keyboard or listens needs more time.
const PATIENCE = 4;
const BATCH = 50;
const LATE = 24 * 3600;

export class Counter {
  constructor({ page, place, all, localStore, clock }) {
    Object.assign(this, { page, place, all, localStore, clock });
    this.language = all.has(document.documentElement.lang) ? document.documentElement.lang : all.keys().next().value;
    this.bar = new Bar({ all, choose: (language) => this.speakAs(language), listen: (on) => this.listen(on) });
    this.form = null;
    this.later = [];
    // A screen that is neither a rating nor offers one, until somebody leaves it: how to draw it again.
    this.staying = null;
    // Whether the disk took the last rating.
    this.refused = false;
    this.aloud = false;
    this.onPairing = () => {};
    onLongPress(document.getElementById("mark"), () => this.technician());
    this.watchForIdleness();
  }

  get words() {
    return this.all.get(this.language);
  }

  // A new pairing: what an earlier place has not sent yet must not count for this one.
  async pairedAs(device, former) {
    const moved = former && ["agency", "office", "counter"].some((name) => former[name] !== device[name]);
    if (this.sender) this.sender.end();
    if (this.contact) this.contact.end();
    if (moved) {
      const waiting = await this.localStore.oldest();
      const parked = waiting.map((rating) => Object.assign({}, rating, { refused: { status: 0, code: "other-place" } }));
      await this.localStore.settle({ done: [], parked, again: [] });
    }
    await this.localStore.forget("shown");
    await this.localStore.forget("tag");
    await this.localStore.keep("device", device);
    await storageState(true);
  }

  async open(device) {
    this.device = device;
    this.staying = null;
    const server = new Server(device.key);
    if (this.sender) this.sender.end();
    if (this.contact) this.contact.end();
    if ((await storageState(false)).persisted === false) await storageState(true);
    this.sender = new Sender({
      localStore: this.localStore, clock: this.clock, batch: BATCH, carry: (ratings) => server.carry(ratings),
      contact: () => this.contact.meet(), changed: () => this.tellState(), lock: "cermin-sender",
    });
    this.contact = new Contact({ server, localStore: this.localStore, clock: this.clock, version: this.page.version, parked: () => this.localStore.parked(),
      reached: (shown) => this.take(shown), lost: (error) => this.lose(error), send: () => this.sender.start() });
    this.shown = await this.localStore.setting("shown");
    this.warn("revoked", Boolean(await this.localStore.setting("revoked")));
    this.offer();
    await this.contact.begin();
    await this.tellState();
  }

  // What the server wants shown; `null` where nothing changed.
  async take(shown) {
    this.sender.reached();
    const wasRevoked = this.bar.has("revoked");
    this.warn("revoked", false);
    if (wasRevoked) await this.localStore.forget("revoked");
    if (shown) this.shown = shown;
    if (shown || wasRevoked) this.whenIdle(() => this.offer());
  }

  async lose(error) {
    if (!(error instanceof Revoked) || this.bar.has("revoked")) return;
    await this.localStore.keep("revoked", true);
    this.warn("revoked", true);
    this.whenIdle(() => this.offer());
  }

  // A fresh set of questions, or why there is none.
  offer() {
    clearTimeout(this.homecoming);
    if (this.form) this.form.end();
    this.form = null;
    this.staying = null;
    this.bar.showsStaff(false);
    this.later.splice(0).forEach((act) => act());
    if (this.bar.has("revoked")) this.say("revoked_title", "revoked");
    else if (!this.shown) this.say("loading_title", "loading");
    else this.ask();
  }

  ask() {
    const { office, counter, services, instrument, roster } = this.shown;
    this.duty = onDuty(roster, this.clock.now());
    this.bar.place(counter ? `${office.name} – ${counter.name}` : office.name);
    this.form = new Form({
      place: this.place, words: this.words,
      form: { services, instrument, employee: this.duty && this.duty.name, comments: true, sendsIn: SENDS_IN },
      finish: (sheet) => this.finish(sheet), empty: () => this.offer(),
    });
    this.form.aloud = this.aloud;
    this.form.show(false);
  }

  // A screen that is shown until it is left, whatever the server tells meanwhile; `isStaffs` where only staff come.
  stay(draw, isStaffs) {
    clearTimeout(this.homecoming);
    if (this.form) this.form.end();
    this.form = null;
    this.staying = draw;
    this.bar.showsStaff(isStaffs);
    draw();
  }

  say(title, text) {
    this.said = [title, text];
    replace(this.place, make("h1", { tabindex: -1 }, this.words.say(title)), make("p", { class: "served" }, this.words.say(text)));
  }

  // Thanks come after the answer is on this device's disk, never before.
  async finish(sheet) {
    const form = this.form;
    if (!form || form.isEnding) return;
    form.isEnding = true;
    form.end();
    try {
      await this.sender.take(ratingOf(sheet, form.form, this.duty));
      this.refused = false;
      this.say("thanks_title", "thanks");
    } catch (error) {
      this.refused = true;
      this.say("not_kept_title", "not_kept");
    }
    this.place.querySelector("h1").focus();
    await this.tellState();
    const seconds = Math.max(THANKS, this.shown.interval_seconds || 0);
    this.homecoming = setTimeout(() => this.home(), seconds * 1000);
  }

  // Back to the start, in the office's language.
  home() {
    this.aloud = false;
    this.language = this.all.has(document.documentElement.dataset.home) ? document.documentElement.dataset.home : this.language;
    this.bar.show(this.words, this.aloud);
    this.offer();
  }

  speakAs(language) {
    this.language = language;
    this.bar.show(this.words, this.aloud);
    if (this.staying) this.staying();
    else if (!this.form) this.offer();
    else if (this.form.isEnding) this.say(...this.said);
    else this.form.speakAs(this.words);
  }

  listen(on) {
    this.aloud = on && hasVoice(this.language);
    this.bar.show(this.words, this.aloud);
    if (!this.form || this.form.isEnding) return;
    this.form.aloud = this.aloud;
    this.form.show(false);
  }

  // Act at once if no citizen is in the middle of a rating, else when that one is done.
  whenIdle(act) {
    if (this.staying || (this.form && (this.form.isBegun || this.form.isEnding))) this.later.push(act);
    else act();
  }

  watchForIdleness() {
    let timer = null;
    const touched = (event) => {
      // A keyboard on the screen writes comments; any other belongs to somebody who cannot do without.
      if (event.type === "keydown" && event.target.tagName !== "TEXTAREA" && this.form) this.form.patient = true;
      this.bar.warn("still_there", false);
      clearTimeout(timer);
      const slow = this.form && (this.form.patient || this.form.aloud);
      const seconds = ((this.shown && this.shown.idle_seconds) || 30) * (slow ? PATIENCE : 1);
      timer = setTimeout(() => {
        if (this.form && this.form.isBegun && !this.form.isEnding) this.bar.warn("still_there", true);
        timer = setTimeout(() => this.idle(), STILL_THERE * 1000);
      }, Math.max(0, seconds - STILL_THERE) * 1000);
    };
    ["pointerdown", "keydown", "input", "click"].forEach((name) => document.addEventListener(name, touched));
    // Duties begin and end while nobody touches anything.
    setInterval(() => this.whenIdle(() => { if (this.form) this.refresh(); }), 60 * 1000);
  }

  refresh() {
    const now = onDuty(this.shown.roster, this.clock.now());
    if ((now && now.employee) !== (this.duty && this.duty.employee)) this.offer();
  }

  // Somebody walked away: a finished sheet is kept, an unfinished one is forgotten.
  idle() {
    this.warn("still_there", false);
    if (!this.device || (this.form && this.form.isEnding)) return;
    if (this.form && this.form.isReady) this.finish(this.form.sheet);
    else this.home();
  }

  warn(name, on) {
    this.bar.warn(name, on);
  }

  async tellState() {
    if (this.sender.revoked) await this.lose(new Revoked());
    const [first] = await this.localStore.oldest(1);
    const parked = await this.localStore.parked();
    const storage = await storageState(false);
    this.warn("late", Boolean(first) && this.clock.now() - first.stamp.moment > LATE * 1000);
    this.warn("parked", parked.length > 0);
    this.warn("unprotected", storage.persisted === false);
    this.warn("full", this.refused || isNearlyFull(storage));
    this.warn("clock", !this.clock.sure);
  }

  technician() {
    if (!this.device) return;
    const leave = () => this.home();
    const open = () => this.showTechnician();
    this.stay(() => askPin({ place: this.place, words: this.words, pin: this.shown && this.shown.pin, leave, open }), false);
  }

  async showTechnician() {
    const screen = this.staying;
    const { waiting, parked, facts } = await this.contact.state(this.words);
    // Whoever sent the ratings on may have gone meanwhile, and a citizen has come.
    if (this.staying !== screen || screen === null) return;
    this.stay(() => showTechnician({
      place: this.place, words: this.words, parked, facts: [["device", this.device.label], ["waiting", waiting], ...facts],
      acts: {
        back: () => this.home(),
        send_now: () => this.doAndShow(async () => { await this.contact.meet().catch(() => {}); await this.sender.start(); }),
        try_parked: () => this.doAndShow(async () => { await this.localStore.tryParkedAgain(); await this.sender.start(); }),
        full_screen: () => document.documentElement.requestFullscreen(),
        pair_again: () => this.onPairing(this.device),
        leave: () => location.assign(`${this.page.base}/`),
      },
    }), true);
  }

  // Something that takes its time, and its outcome if the technician is still here.
  async doAndShow(work) {
    const screen = this.staying;
    await work();
    if (this.staying === screen) await this.showTechnician();
  }
}
