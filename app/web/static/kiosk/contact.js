// Staying in touch: once a minute the kiosk tells how it is doing, learns the server's time, and asks what to show.
import { storageState } from "./storage.js";

const MINUTE = 60 * 1000;

export class Contact {
  // `reached(shown)` after every contact (null: nothing changed), `lost(error)` when there was none, `send()` sends what waits.
  constructor({ server, localStore, clock, version, parked, reached, lost, send }) {
    Object.assign(this, { server, localStore, clock, version, parked, reached, lost, send });
    this.last = null;
    this.timer = null;
    this.ended = false;
    this.back = () => this.round();
  }

  async begin() {
    window.addEventListener("online", this.back);
    await this.round();
  }

  end() {
    this.ended = true;
    clearTimeout(this.timer);
    window.removeEventListener("online", this.back);
  }

  // Meet, send, and come again: spread, so that kiosks switched on together do not call together.
  async round() {
    clearTimeout(this.timer);
    try {
      await this.meet();
      await this.send();
    } catch (error) {
      this.lost(error);
    }
    await this.note("clock", this.clock.written());
    if (!this.ended) this.timer = setTimeout(() => this.round(), MINUTE * (0.8 + 0.4 * Math.random()));
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
