// Puts the code of a link into the page's fields and takes it out of the address, where others could read it over a
// shoulder. Without this the code is pasted by hand.
const code = location.hash.slice(1);
if (code) {
  for (const field of document.querySelectorAll("[name=code]")) field.value = code;
  history.replaceState(null, "", location.pathname + location.search);
}
