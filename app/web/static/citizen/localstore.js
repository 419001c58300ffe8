// Where a phone keeps the answers of a page until they are sent: IndexedDB, or memory where the browser keeps nothing.
import { LocalStore } from "../rating/localstore.js";
import { within } from "../rating/patience.js";

const PATIENCE_MS = 4000;
const NAME = "cermin-answers";

export class Memory {
  constructor() {
    this.isLasting = false;
    this.ratings = new Map();
    this.aside = new Map();
  }

  async queue(rating) {
    this.ratings.set(rating.id, rating);
  }

  async oldest(count) {
    return Array.from(this.ratings.values()).slice(0, count);
  }

  async isElsewhere() {
    return false;
  }

  async adopt() { /* memory ends with its page */ }

  async settle({ done, parked, again, gone }) {
    done.forEach((id) => this.ratings.delete(id));
    parked.forEach((rating) => { this.ratings.delete(rating.id); this.aside.set(rating.id, rating); });
    again.forEach(({ from, rating }) => { this.ratings.delete(from); this.ratings.set(rating.id, rating); });
    (gone || []).forEach((id) => this.aside.delete(id));
  }
}

// The answers of one page, in a store that all pages of this browser share.
export class OwnAnswers {
  constructor(store, page) {
    this.isLasting = true;
    this.store = store;
    this.page = page;
  }

  queue(rating) {
    return within(PATIENCE_MS, this.store.queue(Object.assign({ owner: this.page.id }, rating)));
  }

  async oldest(count) {
    return (await this.store.oldest()).filter(({ owner }) => owner === this.page.id).slice(0, count);
  }

  // Whether another page has an answer with this ticket.
  async isElsewhere(ticket) {
    return (await this.store.oldest()).some(({ owner, body }) => owner !== this.page.id && body.ticket === ticket);
  }

  // Take over what pages have left behind that are gone.
  async adopt() {
    // Read before it is asked who is there: whoever comes meanwhile owns nothing of it yet.
    const owners = new Set((await this.store.oldest()).map(({ owner }) => owner));
    const open = new Set(await this.page.open());
    const gone = new Set(Array.from(owners).filter((owner) => !open.has(owner)));
    if (gone.size > 0) await this.store.claim(gone, this.page.id);
  }

  settle(changes) {
    return this.store.settle(changes);
  }
}

export async function openLocalStore(page) {
  try {
    const store = new OwnAnswers(await within(PATIENCE_MS, LocalStore.open(NAME)), page);
    // Some browsers open what they cannot read or write.
    await within(PATIENCE_MS, store.adopt());
    return store;
  } catch (error) {
    return new Memory();
  }
}
