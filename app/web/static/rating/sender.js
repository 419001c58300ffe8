// Takes ratings from the local store to the server, oldest first, until nothing waits. A rating leaves the local store only when
// the server has said that it is on disk, or moves aside when the server has refused it for good.
import { LARGEST_ERROR } from "./clock.js";
import { newId } from "./ids.js";
import { CLOCK, DONE, LATER, PARKED, halves, patience, verdictOf } from "./verdicts.js";

const SECONDS_OF_PATIENCE = 30;
const STALE_CONTACT = 30 * 1000;
// Where the service lives on its host.
const BASE = document.body.dataset.base;

// The server cannot be reached, or asks for patience (`seconds`).
export class Unreached extends Error {
  constructor(seconds) {
    super("the server was not reached");
    this.seconds = seconds || 0;
  }
}

// The key is not valid any more: nothing is sent, everything is kept.
export class Revoked extends Error {}

export class Sender {
  // `carry(bodies)` sends some and resolves to { status, results: [{ status, code, serverTime }], seconds }, where
  // `results` is null when the whole was refused; `contact()` asks for the server's time. Both throw `Unreached` or
  // `Revoked`. `changed({ done, parked })` hears which ratings are on the server and which were refused for good.
  // Pages that send from one local store name a `lock`, so that one of them sends; null for a store of its own.
  constructor({ localStore, clock, carry, contact, batch, changed, lock }) {
    Object.assign(this, { localStore, clock, carry, contact, batch, changed, lock });
    this.failures = 0;
    this.running = null;
    this.timer = null;
    this.contacted = -Infinity;
    this.revoked = false;
    this.ended = false;
  }

  // Nothing more is sent with this key.
  end() {
    this.ended = true;
    clearTimeout(this.timer);
  }

  // A rating made now; resolves when it is on disk here, to its mark: its id, which stays if it is given another. The
  // moment is written with how it was measured.
  async take(body) {
    const stamp = this.clock.stamp();
    const id = newId(stamp.moment);
    await this.localStore.queue({ id, mark: id, stamp, tried: false, body });
    this.start();
    return id;
  }

  // Send what waits, now. Two calls at once are one.
  start() {
    clearTimeout(this.timer);
    if (this.ended) return Promise.resolve();
    if (!this.running) this.running = this.run().finally(() => { this.running = null; });
    return this.running;
  }

  async run() {
    try {
      await this.alone(() => this.empty());
      this.failures = 0;
      this.revoked = false;
    } catch (error) {
      this.revoked = error instanceof Revoked;
      const wait = patience(this.failures, Math.random(), error.seconds);
      this.failures += 1;
      if (!this.ended) this.timer = setTimeout(() => this.start(), wait);
      if (!(error instanceof Unreached || error instanceof Revoked)) console.error("sending failed", error.name);
    }
    await this.changed({ done: [], parked: [] });
  }

  // Of several tabs one sends; browsers without locks send twice, which the ids make harmless.
  alone(work) {
    return this.lock && navigator.locks ? navigator.locks.request(this.lock, work) : work();
  }

  async empty() {
    while (!this.ended) {
      const ratings = await this.localStore.oldest(this.batch);
      if (ratings.length === 0) return;
      await this.reach();
      await this.deliver(await this.timedRightly(ratings));
    }
  }

  // Meet the server before anything is tried: so the clock is right, and a network that is away costs no rating a try.
  async reach() {
    if (this.clock.sure && this.clock.ticks() - this.contacted < STALE_CONTACT) return;
    await this.contact();
    this.reached();
  }

  // The server answered just now.
  reached() {
    this.contacted = this.clock.ticks();
  }

  // Ratings whose moment is known to be wrong get the right one, as long as no server can have seen them.
  async timedRightly(ratings) {
    const changes = { done: [], parked: [], again: [] };
    const timed = ratings.filter((rating) => rating.tried);
    ratings.filter((rating) => !rating.tried).forEach((rating) => {
      const moment = this.clock.moment(rating.stamp);
      if (moment === null) changes.parked.push(refused(rating, 0, "moment-unknown"));
      else {
        const right = Object.assign({}, retimed(rating, moment), { tried: true });
        changes.again.push({ from: rating.id, rating: right });
        timed.push(right);
      }
    });
    try {
      await this.settled(changes, ratings);
      return timed;
    } catch (error) {
      // A full disk takes no notes; what goes under its own id needs none, and makes room.
      const own = ratings.filter((rating) => timed.some(({ id }) => id === rating.id));
      if (own.length === 0) throw new Unreached();
      return own;
    }
  }

  // Write down what became of some ratings, then tell.
  async settled(changes, ratings) {
    await this.localStore.settle(changes);
    const done = ratings.filter(({ id }) => changes.done.includes(id));
    if (done.length > 0 || changes.parked.length > 0) await this.changed({ done, parked: changes.parked });
  }

  async deliver(ratings) {
    if (ratings.length === 0) return;
    const answer = await this.carry(ratings.map((rating) => Object.assign({ id: rating.id }, rating.body)));
    if (answer.results === null) {
      if (verdictOf(answer.status, answer.code) === LATER) throw new Unreached(answer.seconds);
      if (ratings.length === 1) await this.settled({ done: [], parked: [refused(ratings[0], answer.status, answer.code)], again: [] }, ratings);
      else for (const part of halves(ratings)) await this.deliver(part);
      return;
    }
    const later = await this.settle(ratings, answer.results);
    if (later) throw new Unreached(answer.seconds);
  }

  // Whether some of them have to be sent again later.
  async settle(ratings, results) {
    const changes = { done: [], parked: [], again: [] };
    let later = false;
    ratings.forEach((rating, index) => {
      const { status, code, serverTime } = results[index];
      const verdict = verdictOf(status, code);
      if (verdict === DONE) changes.done.push(rating.id);
      else if (verdict === PARKED) changes.parked.push(refused(rating, status, code));
      else if (verdict === LATER) later = true;
      else if (verdict === CLOCK) this.correct(rating, status, code, serverTime, changes);
    });
    await this.settled(changes, ratings);
    return later;
  }

  // Refused for its moment, so it is not stored; if it was made in this run, its true moment can be told.
  correct(rating, status, code, serverTime, changes) {
    const ticks = this.clock.ticks();
    if (serverTime) this.clock.learn(serverTime, ticks, ticks);
    const moment = this.clock.moment(rating.stamp);
    const right = moment === null ? rating : retimed(rating, moment);
    if (right === rating) changes.parked.push(refused(rating, status, code));
    else changes.again.push({ from: rating.id, rating: right });
  }
}

// The rating with the moment at which it was made; the same one where its id says so already.
function retimed(rating, moment) {
  if (Math.abs(moment - rating.stamp.moment) <= LARGEST_ERROR) return rating;
  const stamp = Object.assign({}, rating.stamp, { moment, sure: true });
  return Object.assign({}, rating, { id: newId(moment), stamp });
}

function refused(rating, status, code) {
  return Object.assign({}, rating, { refused: { status, code: code || "unknown" } });
}

// A request that ends: the response, or `Unreached`.
export async function ask(path, options) {
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(), SECONDS_OF_PATIENCE * 1000);
  try {
    const response = await fetch(BASE + path, Object.assign({ signal: ending.signal, cache: "no-store", credentials: "omit" }, options));
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parsed(text), seconds: Number(response.headers.get("Retry-After")) || 0 };
  } catch (error) {
    throw new Unreached();
  } finally {
    clearTimeout(timer);
  }
}

// Whether an answer is this service's refusal: proxies and portals between here and there answer as they like.
export function isProblem(body) {
  return Boolean(body) && typeof body.code === "string" && typeof body.type === "string" && body.type.startsWith("urn:cermin:problem:");
}

// Something between here and the server may answer in HTML.
function parsed(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch (error) {
    return null;
  }
}
