// Asks the device for a passkey, as the page's form says, and sends the form with what came of it. Without this the
// form is sent as it is, and the answer says that the passphrase remains.
const options = document.querySelector("[name=options]");
const form = options.form;
const { answer, trouble } = form.elements;
const asked = JSON.parse(options.value);
// What was asked is known where it came from.
options.remove();

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

const known = (list) => (list ?? []).map((each) => ({ ...each, id: bytes(each.id) }));

function questions() {
  const publicKey = { ...asked, challenge: bytes(asked.challenge) };
  if (!asked.user) return { publicKey: { ...publicKey, allowCredentials: known(asked.allowCredentials) } };
  publicKey.user = { ...asked.user, id: bytes(asked.user.id) };
  return { publicKey: { ...publicKey, excludeCredentials: known(asked.excludeCredentials) } };
}

// The form of the standard's own `toJSON`, which older browsers do not have.
function written({ id, type, rawId, response }) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const there = parts.filter((name) => response[name]);
  return JSON.stringify({
    id,
    type,
    rawId: text(rawId),
    response: Object.fromEntries(there.map((name) => [name, text(response[name])])),
  });
}

async function ask(event) {
  // What is missing is said before a device is asked.
  if (!form.checkValidity()) return;
  event.preventDefault();
  const button = event.submitter;
  if (button) button.disabled = true;
  answer.value = "";
  trouble.value = "";
  try {
    if (!navigator.credentials) throw new DOMException("", "unsupported");
    const found = await (asked.user
      ? navigator.credentials.create(questions())
      : navigator.credentials.get(questions()));
    answer.value = written(found);
  } catch (error) {
    trouble.value = error.name;
  }
  form.submit();
}

form.addEventListener("submit", ask);
