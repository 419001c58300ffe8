// Makes a private key, opens a report with it, or proves that it opens: in this browser, which sends the key nowhere.
// Without this, or where the connection is not secure, the page says how to do it with a file.
import { NoKeyFile, WrongPassphrase, newPair, readKeyFile, written } from "./sealed/keyfile.js";
import { OtherKey, openSealed } from "./sealed/opening.js";

const FORM = "application/x-www-form-urlencoded";
const tool = document.querySelector("[data-does]");
const part = (name) => tool.querySelector(name);

// The service's answer is none of a sealed word or report: nobody is signed in any more, or has proved it too long ago.
class Unreached extends Error {}
// What is said of it stands in the page.
class Refusal extends Error {}

async function key() {
  const [file] = part("#key-file").files;
  if (!file) throw new Refusal(tool.dataset.noFile);
  return readKeyFile(await file.text(), part("#key-passphrase").value);
}

async function given(options) {
  const answer = await fetch(tool.dataset.address, options).catch(() => null);
  const type = answer?.headers.get("Content-Type") ?? "";
  if (!answer?.ok || !type.startsWith("application/json")) throw new Unreached();
  return answer.json();
}

async function read() {
  const privateKey = await key();
  const [request] = await given();
  const { about, text, contact } = JSON.parse(await openSealed(request.cermin_sealed, privateKey));
  part("[data-part=text]").textContent = text;
  const reached = part("[data-part=contact]");
  reached.textContent = contact ?? reached.dataset.none;
  part("[data-report]").hidden = false;
  part("[data-report]").focus();
  // The day, office and kind stand inside the seal, too, so that no other report can be put in this one's place.
  const said = [about.agency, about.office, about.kind, about.recipient, about.received_on];
  const shown = [request.jurisdiction_id, request.address_id, request.service_code, request.agency_responsible, request.cermin_day];
  return said.every((value, place) => value === shown[place]) ? tool.dataset.opened : tool.dataset.elsewhere;
}

async function prove() {
  const privateKey = await key();
  const body = new URLSearchParams({ id: tool.dataset.id });
  const sealed = await given({ method: "POST", headers: { "Content-Type": FORM }, body });
  const word = document.querySelector("[name=word]");
  word.value = await openSealed(sealed, privateKey);
  word.form.requestSubmit();
  return "";
}

async function make() {
  const passphrase = part("#key-passphrase").value;
  if (passphrase !== part("#key-repeated").value) throw new Refusal(tool.dataset.different);
  const { publicJwk, privateJwk } = await newPair();
  save(`cermin-${publicJwk.kid.slice(0, 8)}.jwk`, await written(privateJwk, passphrase));
  const shown = JSON.stringify(publicJwk);
  const field = document.querySelector("[name=jwk]");
  // Where this page has the form that adds it, that is where it goes.
  if (field) field.value = shown;
  else part("#key-public").value = shown;
  part("[data-public]").hidden = Boolean(field);
  return tool.dataset.made;
}

function save(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function inWords(error) {
  const { dataset } = tool;
  if (error instanceof Refusal) return error.message;
  if (error instanceof OtherKey) return dataset.otherKey;
  if (error instanceof WrongPassphrase) return dataset.passphrase;
  if (error instanceof NoKeyFile) return dataset.noKeyFile;
  if (error instanceof Unreached) return dataset.unreached;
  return dataset.altered;
}

async function act(event) {
  const button = event.currentTarget;
  const said = part("[data-said]");
  button.disabled = true;
  said.textContent = tool.dataset.working;
  try {
    said.textContent = await { make, read, prove }[tool.dataset.does]();
  } catch (error) {
    said.textContent = inWords(error);
  } finally {
    button.disabled = false;
  }
}

// A private half that was pasted by mistake does not leave this browser.
function keepPrivate(event) {
  if (/"d"\s*:/.test(event.target.elements.jwk.value)) {
    event.preventDefault();
    part("[data-said]").textContent = tool.dataset.private;
  }
}

if (tool && globalThis.crypto?.subtle) {
  for (const without of document.querySelectorAll("[data-without]")) without.hidden = true;
  tool.hidden = false;
  part("button").addEventListener("click", act);
  document.querySelector("[name=jwk]")?.form.addEventListener("submit", keepPrivate);
}
