// The private half of a key as a file that stays with its owner: a JWK (RFC 7517), under a passphrase an encrypted one
// (PBES2-HS512+A256KW and A256GCM, RFC 7518 §4.8, in compact serialization).
import { CURVE } from "./agreement.js";
import { decoded, encoded, joined, toBytes, toText } from "./base64url.js";
import { thumbprint } from "./opening.js";

const ALGORITHM = "PBES2-HS512+A256KW";
const CONTENT = "A256GCM";
// As OWASP advises for HMAC-SHA-512; a file that asks for more would keep the browser busy for minutes.
const ROUNDS = 210_000;
const MOST_ROUNDS = 300_000;

// The file is none of ours, or a public key.
export class NoKeyFile extends Error {}
// The file is under a passphrase, and this one is not it.
export class WrongPassphrase extends Error {}

// A new key pair on P-256: both halves as JWK with the same name.
export async function newPair() {
  const { privateKey } = await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]);
  const { kty, crv, x, y, d } = await crypto.subtle.exportKey("jwk", privateKey);
  const shown = { kty, crv, x, y, kid: await thumbprint({ kty, crv, x, y }) };
  return { publicJwk: shown, privateJwk: { ...shown, d } };
}

// The text of the file; without a passphrase whoever finds it can use it.
export async function written(privateJwk, passphrase) {
  const key = JSON.stringify(privateJwk);
  if (!passphrase) return `${key}\n`;
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const header = { alg: ALGORITHM, enc: CONTENT, p2s: encoded(salt), p2c: ROUNDS, cty: "jwk+json", kid: privateJwk.kid };
  const head = encoded(toBytes(JSON.stringify(header)));
  const content = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt"]);
  const wrapping = await stretched(passphrase, salt, ROUNDS, "wrapKey");
  const wrapped = await crypto.subtle.wrapKey("raw", content, wrapping, "AES-KW");
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const parameters = { name: "AES-GCM", iv, additionalData: toBytes(head), tagLength: 128 };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(parameters, content, toBytes(key)));
  const parts = [wrapped, iv, sealed.subarray(0, -16), sealed.subarray(-16)];
  return `${[head, ...parts.map(encoded)].join(".")}\n`;
}

// The private key in a file's text. Raises `NoKeyFile` or `WrongPassphrase`.
export async function readKeyFile(text, passphrase) {
  const given = text.trim();
  const key = parsed(given.startsWith("{") ? given : await opened(given, passphrase));
  if (key.kty !== "EC" || key.crv !== "P-256" || !key.d) throw new NoKeyFile("no private key on P-256");
  return key;
}

async function opened(text, passphrase) {
  const [head, wrapped, iv, ciphertext, tag, ...more] = text.split(".");
  if (!tag || more.length > 0) throw new NoKeyFile("neither a key nor a sealed one");
  const { alg, enc, p2s, p2c } = parsed(toTextOrNothing(head));
  if (alg !== ALGORITHM || enc !== CONTENT || !(p2c <= MOST_ROUNDS)) throw new NoKeyFile("sealed in another way");
  try {
    const wrapping = await stretched(passphrase ?? "", decoded(p2s), p2c, "unwrapKey");
    const content = await crypto.subtle.unwrapKey("raw", decoded(wrapped), wrapping, "AES-KW", "AES-GCM", false, ["decrypt"]);
    const parameters = { name: "AES-GCM", iv: decoded(iv), additionalData: toBytes(head), tagLength: 128 };
    return toText(await crypto.subtle.decrypt(parameters, content, joined(decoded(ciphertext), decoded(tag))));
  } catch (error) {
    throw new WrongPassphrase(error.name);
  }
}

async function stretched(passphrase, salt, iterations, usage) {
  // However a keyboard composes its letters.
  const material = await crypto.subtle.importKey("raw", toBytes(passphrase.normalize("NFC")), "PBKDF2", false, ["deriveKey"]);
  const parameters = { name: "PBKDF2", hash: "SHA-512", salt: joined(toBytes(ALGORITHM), new Uint8Array(1), salt), iterations };
  return crypto.subtle.deriveKey(parameters, material, { name: "AES-KW", length: 256 }, false, [usage]);
}

function parsed(text) {
  let found = null;
  try {
    found = JSON.parse(text);
  } catch (error) { /* told below */ }
  if (found === null || typeof found !== "object") throw new NoKeyFile("no JSON object");
  return found;
}

function toTextOrNothing(part) {
  try {
    return toText(decoded(part));
  } catch (error) {
    throw new NoKeyFile("no base64url");
  }
}
