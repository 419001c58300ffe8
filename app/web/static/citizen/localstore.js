// Where a phone keeps an answer until it is sent: IndexedDB, or memory where the browser allows nothing else.
import { LocalStore } from "../rating/localstore.js";

export class Memory {
  constructor() {
    this.ratings = new Map();
    this.aside = new Map();
  }

  async queue(rating) {
    this.ratings.set(rating.id, rating);
  }

  async oldest(count) {
    return Array.from(this.ratings.values()).slice(0, count);
  }

  async waiting() {
    return this.ratings.size;
  }

  async parked() {
    return Array.from(this.aside.values());
  }

  async settle({ done, parked, again, gone }) {
    done.forEach((id) => this.ratings.delete(id));
    parked.forEach((rating) => { this.ratings.delete(rating.id); this.aside.set(rating.id, rating); });
    again.forEach(({ from, rating }) => { this.ratings.delete(from); this.ratings.set(rating.id, rating); });
    (gone || []).forEach((id) => this.aside.delete(id));
  }
}

export async function openLocalStore() {
  try {
    return await LocalStore.open("cermin-answers");
  } catch (error) {
    return new Memory();
  }
}
