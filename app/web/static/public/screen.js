// Keeps the hall's screen as the server has it: asks every five minutes, changes what is shown only when it has
// changed, and leaves the last state standing while the network is away.

const EVERY = 5 * 60_000;
const PATIENCE = 30_000;
const away = document.getElementById("away");
const version = document.documentElement.dataset.version;
let tag = null;

async function ask() {
  const ends = new AbortController();
  const timer = setTimeout(() => ends.abort(), PATIENCE);
  try {
    // With a tag of its own the answer is 304 without a body, and nothing is kept in the browser's memory for it.
    const headers = { Accept: "text/html" };
    if (tag !== null) headers["If-None-Match"] = tag;
    const answer = await fetch(location.href, { cache: "no-store", headers, signal: ends.signal });
    return { status: answer.status, tag: answer.headers.get("ETag"), text: await answer.text() };
  } finally {
    clearTimeout(timer);
  }
}

function show(answer) {
  const next = new DOMParser().parseFromString(answer.text, "text/html");
  const main = next.querySelector("main");
  // Whoever stands between, such as a network that wants somebody to sign in, answers with a page of another kind.
  if (main === null || (answer.status === 200 && next.documentElement.dataset.version === undefined)) return false;
  if (answer.status === 200 && next.documentElement.dataset.version !== version) location.reload();
  document.querySelector("main").replaceChildren(...main.childNodes);
  return true;
}

async function refresh() {
  let reached = false;
  try {
    const answer = await ask();
    reached = answer.status === 304;
    // What was taken back is gone from the screen, too.
    if (answer.status === 200 || answer.status === 404) {
      reached = show(answer);
      if (reached) tag = answer.tag;
    }
  } catch {
    // The network or the server is away: what is shown stays.
  }
  away.hidden = reached;
  setTimeout(refresh, EVERY);
}

setTimeout(refresh, EVERY);
