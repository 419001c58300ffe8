// The way out for technicians: a long press on the mark, then the PIN, of which this device holds only a digest.
import { derivedKey } from "./pbkdf2.js";

const LONG = 3000;
const FREE_TRIES = 5;
const PENALTY = 30 * 1000;

// Calls `open` after the element was held for three seconds, by finger, mouse or key.
export function onLongPress(element, open) {
  let timer = null;
  const begin = () => { if (timer === null) timer = setTimeout(() => { timer = null; open(); }, LONG); };
  const end = () => { clearTimeout(timer); timer = null; };
  element.addEventListener("pointerdown", begin);
  ["pointerup", "pointerleave", "pointercancel", "blur"].forEach((name) => element.addEventListener(name, end));
  element.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); begin(); } });
  element.addEventListener("keyup", end);
  element.addEventListener("contextmenu", (event) => event.preventDefault());
}

// Checks PINs; after five wrong ones each further try costs half a minute.
export class Lock {
  constructor(pin) {
    this.pin = pin;
    this.wrong = 0;
    this.closedUntil = 0;
  }

  get secondsToWait() {
    return Math.max(0, Math.ceil((this.closedUntil - performance.now()) / 1000));
  }

  async opens(typed) {
    if (this.secondsToWait > 0) return false;
    const right = same(await digestOf(typed, this.pin), this.pin.digest);
    this.wrong = right ? 0 : this.wrong + 1;
    if (this.wrong >= FREE_TRIES) this.closedUntil = performance.now() + PENALTY;
    return right;
  }
}

async function digestOf(typed, { salt, iterations }) {
  const password = new TextEncoder().encode(typed);
  // Browsers have theirs on https only.
  const derived = crypto.subtle ? await derivedByBrowser(password, bytes(salt), iterations) : await derivedKey(password, bytes(salt), iterations);
  return Array.from(derived, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function derivedByBrowser(password, salt, iterations) {
  const material = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, material, 256));
}

function bytes(hexadecimal) {
  return Uint8Array.from(hexadecimal.match(/../g), (pair) => parseInt(pair, 16));
}

function same(one, other) {
  return one.length === other.length && Array.from(one).reduce((differ, letter, index) => differ | (letter.charCodeAt(0) ^ other.charCodeAt(index)), 0) === 0;
}
