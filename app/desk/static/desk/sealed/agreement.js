// ECDH-ES on P-256 (RFC 7518 §4.6): what two keys agree on, made a key by the Concat KDF of NIST SP 800-56A.
import { decoded, joined, toBytes } from "./base64url.js";

export const CURVE = { name: "ECDH", namedCurve: "P-256" };
const HASH_BITS = 256;

// The key of so many bits, at most those of one round of SHA-256, for the algorithm named.
export async function agreedKey(privateKey, ephemeral, algorithm, bits, { apu = "", apv = "" } = {}) {
  const { kty, crv, x, y } = ephemeral;
  // The browser refuses points that are not on the curve.
  const theirs = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, CURVE, false, []);
  const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, privateKey, HASH_BITS));
  const about = [toBytes(algorithm), decoded(apu), decoded(apv)].flatMap((part) => [number(part.length), part]);
  const round = await crypto.subtle.digest("SHA-256", joined(number(1), shared, ...about, number(bits)));
  return new Uint8Array(round, 0, bits / 8);
}

// 32 bits, the highest first.
function number(value) {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
