// Looks every few seconds whether what the page waits for has happened, and says so. Without this, a link does it.
const SECONDS = 5;
const said = document.querySelector("[data-awaited]");

async function look() {
  if (document.hidden) return true;
  const answer = await fetch(said.dataset.awaited, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = page.querySelector("[data-awaited]");
  // Nobody is signed in any more, or the thing is gone: the link says which.
  if (!now) return false;
  if (now.dataset.state === said.dataset.state) return true;
  said.dataset.state = now.dataset.state;
  said.textContent = now.textContent;
  return false;
}

async function wait() {
  // A network that is away for a moment is no reason to stop.
  if (await look().catch(() => true)) setTimeout(wait, SECONDS * 1000);
}

if (said) setTimeout(wait, SECONDS * 1000);
