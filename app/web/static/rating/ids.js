// Ids of ratings: UUIDv7 (RFC 9562 §5.7), made at the moment of rating, so that sending again meets the same row.

// `milliseconds`: Unix time of the rating by the server's clock; `random`: ten bytes.
export function uuid7(milliseconds, random) {
  const bytes = new Uint8Array(16);
  let rest = Math.floor(milliseconds);
  for (let index = 5; index >= 0; index -= 1) {
    bytes[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes.set(random, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join("-");
}

export function newId(milliseconds) {
  return uuid7(milliseconds, crypto.getRandomValues(new Uint8Array(10)));
}
