// Staying in touch: once a minute the kiosk tells how it is doing, learns the server's time, and asks what to show.
import { storageState } from "./storage.js";

const MINUTE = 60 * 1000;
// Who was without network for longer has perhaps lost it together with a whole region.
const MOMENT = 5 * 1000;

// Milliseconds until a kiosk calls that sees its network again after so many without: at once after a moment, else
// somewhere within a minute, so that a region does not call in one second. `chance` is 0…1.
export function returning(away, chance) {
  return away < MOMENT ? 0 : Math.round(MINUTE * chance);
}

export class Contact {
  // `reached(shown)` after every contact (null: nothing changed), `lost(error)` when there was none, `send()` sends what waits.
  constructor({ server, localStore, clock, version, parked, reached, lost, send }) {
    Object.assign(this, { server, localStore, clock, version, parked, reached, lost, send });
    this.last = null;
    this.timer = null;
    // When the next round begins and when the network went, in ticks.
    this.due = 0;
    this.left = -Infinity;
    this.ended = false;
    this.gone = () => { this.left = this.clock.ticks(); };
    this.back = () => this.comeIn(returning(this.clock.ticks() - this.left, Math.random()));
  }

  async begin() {
    window.addEventListener("offline", this.gone);
    window.addEventListener("online", this.back);
    await this.round();
  }

  end() {
    this.ended = true;
    clearTimeout(this.timer);
    window.removeEventListener("offline", this.gone);
    window.removeEventListener("online", this.back);
  }

  // Begin a round after so many milliseconds, unless one comes sooner.
  comeIn(wait) {
    const due = this.clock.ticks() + wait;
    if (this.ended || (this.timer !== null && this.due <= due)) return;
    clearTimeout(this.timer);
    this.due = due;
    this.timer = setTimeout(() => this.round(), wait);
  }

  // Meet, send, and come again: spread, so that kiosks switched on together do not call together.
  async round() {
    clearTimeout(this.timer);
    this.timer = null;
    try {
      await this.meet();
      await this.send();
    } catch (error) {
      this.lost(error);
    }
    await this.note("clock", this.clock.written());
    this.comeIn(MINUTE * (0.8 + 0.4 * Math.random()));
  }

  // Tell, learn, ask; throws `Unreached` or `Revoked`.
  async meet() {
    const before = this.clock.ticks();
    try {
      const status = await this.status();
      this.clock.learn(await this.server.heartbeat(status), before, this.clock.ticks());
      const found = await this.server.form(await this.localStore.setting("tag"));
      if (found) {
        await this.note("shown", found.shown);
        await this.note("tag", found.tag);
      }
      this.last = this.clock.now();
      await this.note("clock", this.clock.written());
      await this.reached(found && found.shown);
    } catch (error) {
      this.lost(error);
      throw error;
    }
  }

  // A full disk must not end the contact that empties it.
  note(name, value) {
    return this.localStore.keep(name, value).catch(() => {});
  }

  async status() {
    const [first] = await this.localStore.oldest(1);
    const parked = await this.parked();
    const { persisted, free } = await storageState(false);
    const codes = {};
    parked.forEach(({ refused }) => { codes[refused.code] = (codes[refused.code] || 0) + 1; });
    return {
      app_version: this.version,
      queue_depth: await this.localStore.waiting(),
      parked: parked.length,
      parked_codes: codes,
      clock_offset_ms: Math.round(this.clock.offset),
      unsent_seconds: first ? Math.max(0, Math.round((this.clock.now() - first.stamp.moment) / 1000)) : null,
      storage: { persisted, free_bytes: free === null ? null : Math.max(0, Math.round(free)) },
    };
  }

  // What a technician wants to know.
  async state(words) {
    const { app_version: version, queue_depth: waiting, clock_offset_ms: offset, storage } = await this.status();
    const parked = await this.parked();
    const free = storage.free_bytes === null ? "–" : `${Math.round(storage.free_bytes / 1024 / 1024)} MiB`;
    const facts = [
      ["last_contact", this.last === null ? "–" : new Date(this.last).toLocaleString(words.language)],
      ["clock_offset", `${offset < 0 ? "−" : ""}${words.duration(Math.abs(offset) / 1000)}`],
      ["storage_kept", storage.persisted === null ? "–" : storage.persisted ? "✓" : "✗"],
      ["storage_free", free],
      ["version", version],
    ];
    return { waiting, parked, facts };
  }
}
