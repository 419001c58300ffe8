// Turning a tablet into a kiosk: the code from the administrator, typed or brought along by the QR code's address.
import { make, replace } from "../rating/draw.js";
import { Unreached } from "../rating/sender.js";
import { Server } from "./server.js";

// Draws the screen; `paired` gets { id, key, office, counter, label }, `leave` is null where there is no way back.
export function showPairing({ place, words, code, paired, leave }) {
  const input = make("input", {
    id: "code", required: true, maxlength: 40, autocomplete: "off", autocapitalize: "characters", spellcheck: "false", "aria-describedby": "hint outcome",
  });
  input.value = code;
  const outcome = make("p", { id: "outcome", role: "alert" });
  const submit = make("button", { type: "submit", class: "main" }, words.say("pair"));
  const pair = async (event) => {
    event.preventDefault();
    submit.disabled = true;
    outcome.textContent = words.say("pairing_now");
    outcome.textContent = await exchange(input.value, words, paired);
    submit.disabled = false;
  };
  replace(
    place,
    make("h1", { tabindex: -1 }, words.say("pairing_title")),
    make("p", { id: "hint" }, words.say("pairing_hint")),
    make(
      "form", { class: "pairing", onsubmit: pair },
      make("label", { for: "code" }, words.say("pairing_code")),
      input,
      outcome,
      make("div", { class: "below" }, leave && make("button", { type: "button", class: "plain", onclick: leave }, words.say("back")), submit),
    ),
  );
  input.focus();
}

// What to tell; nothing when it worked.
async function exchange(code, words, paired) {
  try {
    const { status, body, seconds } = await Server.pair(code);
    if (status === 201 && body && body.key) {
      await paired(body);
      return "";
    }
    if (status === 429) return words.say("pairing_wait", { wait: words.duration(seconds) });
    return words.say(status === 410 ? "pairing_refused" : "pairing_failed");
  } catch (error) {
    if (error instanceof Unreached) return words.say("no_network");
    throw error;
  }
}
