// PBKDF2-HMAC-SHA-256 (RFC 8018, FIPS 180-4), 32 bytes, for pages on plain http, where browsers offer none.

// The first 32 bits of the fractions of the cube roots of the first 64 primes, and of the square roots of the first 8.
const PRIMES = firstPrimes(64);
const K = Uint32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));
const START = Uint32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
// How many rounds are done before the page may do something else.
const ROUNDS = 5000;
const W = new Uint32Array(64);

export async function derivedKey(password, salt, iterations) {
  const { inner, outer } = keyed(password);
  const first = finished(inner, concatenated(salt, Uint8Array.of(0, 0, 0, 1)), 64);
  let last = hashed(outer, first);
  const sum = Uint32Array.from(last);
  for (let round = 1; round < iterations; round += 1) {
    last = hashed(outer, hashed(inner, last));
    for (let place = 0; place < 8; place += 1) sum[place] ^= last[place];
    if (round % ROUNDS === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  return toBytes(sum);
}

// The states after the two blocks that HMAC makes of its key (RFC 2104). A PIN is never longer than a block.
function keyed(password) {
  const block = (mask) => Uint8Array.from({ length: 64 }, (_, place) => (password[place] || 0) ^ mask);
  return { inner: compressed(START, block(0x36)), outer: compressed(START, block(0x5c)) };
}

// The hash of eight words after one block that the state stands for: a single block of 96 bytes in all.
function hashed(state, words) {
  W.set(words);
  W.fill(0, 8, 16);
  W[8] = 0x80000000;
  W[15] = 96 * 8;
  return mixed(state);
}

// The hash of some bytes (fewer than 56) after `before` bytes that the state stands for.
function finished(state, bytes, before) {
  const block = new Uint8Array(64);
  block.set(bytes);
  block[bytes.length] = 0x80;
  new DataView(block.buffer).setUint32(60, (before + bytes.length) * 8);
  return compressed(state, block);
}

function compressed(state, block) {
  const view = new DataView(block.buffer);
  for (let place = 0; place < 16; place += 1) W[place] = view.getUint32(place * 4);
  return mixed(state);
}

// The state after the block in W[0…15].
function mixed(state) {
  for (let place = 16; place < 64; place += 1) {
    const [w15, w2] = [W[place - 15], W[place - 2]];
    const s0 = turned(w15, 7) ^ turned(w15, 18) ^ (w15 >>> 3);
    const s1 = turned(w2, 17) ^ turned(w2, 19) ^ (w2 >>> 10);
    W[place] = (W[place - 16] + s0 + W[place - 7] + s1) | 0;
  }
  let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
  for (let place = 0; place < 64; place += 1) {
    const s1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[place] + W[place]) | 0;
    const s0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  return Uint32Array.of(
    state[0] + a, state[1] + b, state[2] + c, state[3] + d, state[4] + e, state[5] + f, state[6] + g, state[7] + h,
  );
}

function turned(word, by) {
  return (word >>> by) | (word << (32 - by));
}

function toBytes(words) {
  const bytes = new Uint8Array(32);
  words.forEach((word, place) => new DataView(bytes.buffer).setUint32(place * 4, word));
  return bytes;
}

function concatenated(one, other) {
  const all = new Uint8Array(one.length + other.length);
  all.set(one);
  all.set(other, one.length);
  return all;
}

function firstPrimes(count) {
  const found = [];
  for (let number = 2; found.length < count; number += 1) {
    if (found.every((prime) => number % prime !== 0)) found.push(number);
  }
  return found;
}

// 32 bits behind the point: a double has enough of them.
function fraction(root) {
  return Math.floor((root - Math.floor(root)) * 0x100000000);
}
