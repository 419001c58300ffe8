// The text after `#` in the address, which no browser sends; it is taken out of the address at once.
export function takeFragment() {
  const text = location.hash.slice(1);
  history.replaceState(null, "", location.pathname + location.search);
  try {
    return decodeURIComponent(text);
  } catch (error) {
    // What was damaged on the way is refused later, by whoever knows what a code looks like.
    return text;
  }
}
