// The server's clock as this device knows it: the device's own clock and the offset learned from the server.
//
// The device's clock goes on while it sleeps, but anybody can set it; the ticks since the page began cannot be set, but
// stand still in sleep on some devices. So the later of the two is the present; and when the server shows that the
// device's clock was set meanwhile, the ticks tell which ratings were made before and which after.

// A difference up to here is drift, not a clock that was set.
export const LARGEST_ERROR = 60 * 1000;
const LONGEST_SLEEP = 4 * 24 * 3600 * 1000;

export class Clock {
  // `device` and `ticks` give milliseconds; `known` is what an earlier run wrote down: { offset, latest }.
  constructor(known, device = () => Date.now(), ticks = () => performance.now()) {
    this.device = device;
    this.ticks = ticks;
    this.run = newRun();
    this.offset = known ? known.offset : 0;
    this.anchor = { server: device() + this.offset, ticks: ticks() };
    // Before a moment that has already been, a clock is certainly wrong (an empty battery brings back 1970).
    this.sure = Boolean(known) && this.anchor.server >= known.latest - LARGEST_ERROR;
  }

  // Unix milliseconds of the server's clock.
  now() {
    return Math.max(this.device() + this.offset, this.anchor.server + (this.ticks() - this.anchor.ticks));
  }

  // How a moment is written down, so that it can be worked out anew when the server has answered.
  stamp() {
    return { moment: this.now(), wall: this.device(), ticks: this.ticks(), run: this.run, sure: this.sure };
  }

  // The server said `server` (Unix milliseconds) somewhere between two readings of `ticks`.
  learn(server, before, after) {
    const passed = this.ticks() - (before + after) / 2;
    this.offset = Math.round(server + passed - this.device());
    this.anchor = { server: server + passed, ticks: this.ticks() };
    this.sure = true;
  }

  // The moment of an earlier stamp as it is known now; null where nothing tells it.
  moment(stamp) {
    const offsetThen = stamp.moment - stamp.wall;
    if (stamp.sure && Math.abs(this.offset - offsetThen) <= LARGEST_ERROR) return stamp.moment;
    if (stamp.run !== this.run) return stamp.sure ? stamp.moment : null;
    const byTicks = this.anchor.server - (this.anchor.ticks - stamp.ticks);
    const candidates = [stamp.wall + this.offset, ...(stamp.sure ? [stamp.moment] : [])];
    const nearest = candidates.reduce((best, each) => (Math.abs(each - byTicks) < Math.abs(best - byTicks) ? each : best));
    // Ticks that stood still in sleep put a rating too late, by no more than the sleep.
    const late = byTicks - nearest;
    return late >= -LARGEST_ERROR && late <= LONGEST_SLEEP ? nearest : byTicks;
  }

  // What a later run needs.
  written() {
    return { offset: this.offset, latest: this.now() };
  }
}

function newRun() {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
