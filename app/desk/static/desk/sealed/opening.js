// Opens a JWE in General JSON Serialization (RFC 7516 §7.2.1) with a private key: the part for this key by
// ECDH-ES+A256KW, the content by A256GCM. Everything else is refused.
import { CURVE, agreedKey } from "./agreement.js";
import { decoded, encoded, joined, toBytes, toText } from "./base64url.js";

const WRAP = "ECDH-ES+A256KW";
const CONTENT = "A256GCM";

// Nothing here is sealed for this key.
export class OtherKey extends Error {}

// The text that was sealed. Raises `OtherKey`, or another error where something was altered or is none of ours.
export async function openSealed(sealed, privateJwk) {
  const shared = { ...(sealed.protected ? JSON.parse(toText(decoded(sealed.protected))) : {}), ...sealed.unprotected };
  const parts = (sealed.recipients ?? [sealed]).map((part) => ({ ...part, header: { ...shared, ...part.header } }));
  const { kty, crv, x, y, d } = privateJwk;
  const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y, d }, CURVE, false, ["deriveBits"]);
  const name = await thumbprint(privateJwk);
  const ours = parts.filter(({ header }) => header.kid === undefined || [name, privateJwk.kid].includes(header.kid));
  for (const { header, encrypted_key: wrapped } of ours) {
    if (header.alg !== WRAP || header.enc !== CONTENT || header.crit || header.zip) continue;
    const content = await unwrapped(key, header, wrapped).catch(() => null);
    if (content) return decrypted(sealed, content);
  }
  throw new OtherKey("No part of it is sealed for this key.");
}

// The name that a public key has by what it is (RFC 7638).
export async function thumbprint({ crv, kty, x, y }) {
  const digest = await crypto.subtle.digest("SHA-256", toBytes(JSON.stringify({ crv, kty, x, y })));
  return encoded(digest);
}

async function unwrapped(key, header, wrapped) {
  const agreed = await agreedKey(key, header.epk, WRAP, 256, header);
  const wrapping = await crypto.subtle.importKey("raw", agreed, "AES-KW", false, ["unwrapKey"]);
  return crypto.subtle.unwrapKey("raw", decoded(wrapped), wrapping, "AES-KW", "AES-GCM", false, ["decrypt"]);
}

async function decrypted({ protected: head = "", aad, iv, ciphertext, tag }, key) {
  const additionalData = toBytes(aad === undefined ? head : `${head}.${aad}`);
  const parameters = { name: "AES-GCM", iv: decoded(iv), additionalData, tagLength: 128 };
  return toText(await crypto.subtle.decrypt(parameters, key, joined(decoded(ciphertext), decoded(tag))));
}
