// What a technician sees behind the long press: how the kiosk is doing, what was refused, and the way out.
import { make, replace } from "../rating/draw.js";
import { Lock } from "./lock.js";

// Asks for the PIN and calls `open` when it is right; a kiosk without a PIN opens at once.
export function askPin({ place, words, pin, open, leave }) {
  if (!pin) {
    open();
    return;
  }
  const lock = askPin.lock && askPin.lock.pin === pin ? askPin.lock : new Lock(pin);
  askPin.lock = lock;
  const input = make("input", { id: "pin", type: "password", inputmode: "numeric", required: true, maxlength: 8, autocomplete: "off", "aria-describedby": "outcome" });
  const outcome = make("p", { id: "outcome", role: "alert" });
  const submit = make("button", { type: "submit", class: "main" }, words.say("open"));
  const check = async (event) => {
    event.preventDefault();
    // An old tablet takes a second to check: what is typed meanwhile is the next try, and tries come one by one.
    const typed = input.value;
    input.value = "";
    submit.disabled = true;
    const isRight = await lock.opens(typed);
    submit.disabled = false;
    if (isRight) open();
    else outcome.textContent = lock.secondsToWait ? words.say("pin_wait", { wait: words.duration(lock.secondsToWait) }) : words.say("pin_wrong");
  };
  replace(
    place,
    make("h1", { tabindex: -1 }, words.say("pin_title")),
    make(
      "form", { class: "pairing", onsubmit: check },
      make("label", { for: "pin" }, words.say("pin")),
      input,
      outcome,
      make("div", { class: "below" }, button(words, "back", leave), submit),
    ),
  );
  input.focus();
}

// `facts`: [name of the text, value]; `parked`: ratings with `refused`; `acts`: { name of the text: what it does }.
export function showTechnician({ place, words, facts, parked, acts }) {
  replace(
    place,
    make("h1", { tabindex: -1 }, words.say("technician_title")),
    make("dl", { class: "facts" }, ...facts.map(([name, value]) => make("div", {}, make("dt", {}, words.say(name)), make("dd", {}, value)))),
    parked.length > 0 ? parkedTable(words, parked) : make("p", {}, words.say("nothing_parked")),
    make("div", { class: "below" }, ...Object.entries(acts).map(([name, act]) => button(words, name, act))),
  );
  place.querySelector("h1").focus();
}

// Refused ratings without what they say: a technician needs the reason, not the answers.
function parkedTable(words, parked) {
  const row = ({ id, stamp, body, refused }) => make(
    "tr", {},
    make("td", {}, new Date(stamp.moment).toLocaleString(words.language)),
    make("td", {}, refused.code),
    make("td", {}, [body.service, body.employee].filter(Boolean).join(" · ") || "–"),
    make("td", {}, make("code", {}, id.slice(-12))),
  );
  const head = ["parked_when", "parked_why", "parked_about", "parked_id"].map((name) => make("th", { scope: "col" }, words.say(name)));
  return make(
    "div", { class: "scroll", tabindex: 0, role: "region", "aria-label": words.say("parked") },
    make("table", {}, make("caption", {}, words.say("parked_caption", { count: parked.length })), make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...parked.map(row))),
  );
}

function button(words, name, act) {
  return make("button", { type: "button", class: "plain", onclick: act }, words.say(name));
}
