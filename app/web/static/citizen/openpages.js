// Which pages of this browser are open. An answer is the business of the page on which it was given, as long as that
// page is there; another one takes it over only when it is gone.
const NAME = "cermin-page-";
const ASKED = "cermin-pages-asked";
const HERE = "cermin-page-here";
const REPLIES_MS = 500;

// This page among the others: { id, open() }, where `open()` resolves to the ids of all pages that are open now.
export async function openPage() {
  const id = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return navigator.locks ? byLocks(id) : byMessages(id);
}

// A lock lasts exactly as long as its page, also while the page sleeps.
async function byLocks(id) {
  await new Promise((held) => {
    navigator.locks.request(NAME + id, () => { held(); return new Promise(() => {}); }).catch(held);
  });
  const open = async () => {
    const { held } = await navigator.locks.query();
    return held.filter(({ name }) => name.startsWith(NAME)).map(({ name }) => name.slice(NAME.length)).concat(id);
  };
  return { id, open };
}

// Older browsers, and those on plain http, have no locks: pages answer each other through the storage they share.
function byMessages(id) {
  window.addEventListener("storage", ({ key, newValue }) => { if (key === ASKED && newValue) tell(HERE, id); });
  const open = () => new Promise((resolve) => {
    const found = [id];
    const hear = ({ key, newValue }) => { if (key === HERE && newValue) found.push(newValue.split(" ")[0]); };
    window.addEventListener("storage", hear);
    tell(ASKED, id);
    setTimeout(() => { window.removeEventListener("storage", hear); resolve(found); }, REPLIES_MS);
  });
  return { id, open };
}

// Only a change is heard, so no two values are alike.
function tell(key, id) {
  try {
    window.localStorage.setItem(key, `${id} ${Math.random()}`);
  } catch (error) { /* where nothing can be kept there is nothing to take over */ }
}
