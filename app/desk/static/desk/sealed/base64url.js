// Base64url without padding (RFC 4648 §5), in which JOSE writes bytes, and UTF-8.
const utf8 = new TextEncoder();

export const toBytes = (text) => utf8.encode(text);
export const toText = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

export function encoded(bytes) {
  let characters = "";
  // One by one: a report has more bytes than a call may have arguments.
  for (const byte of new Uint8Array(bytes)) characters += String.fromCharCode(byte);
  return btoa(characters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export function decoded(text) {
  const characters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(characters, (each) => each.charCodeAt(0));
}

export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}
