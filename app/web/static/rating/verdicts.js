// What an answer of the server means for one rating. Pure.

export const DONE = "done"; // it is on the server's disk
export const PARKED = "parked"; // refused for good: a person has to look
export const LATER = "later"; // nothing is promised: the same again after a while
export const CLOCK = "clock"; // its moment is wrong: the id was made by a clock that was

const WRONG_MOMENT = ["id-in-future", "id-too-late"];

// `status` of the rating, `code` of its problem.
export function verdictOf(status, code) {
  if (status === 200 || status === 201) return DONE;
  if (status === 422 && WRONG_MOMENT.includes(code)) return CLOCK;
  if (status === 401 || status === 408 || status === 429 || status >= 500) return LATER;
  return PARKED;
}

const SHORTEST = 2000;
const LONGEST = 5 * 60 * 1000;

// Milliseconds to wait after so many failures in a row: doubled each time, and spread, so that a thousand kiosks that
// lost one network do not come back in one second. `chance` is 0…1, `told` what the server asked for (seconds): never
// less than that, and then spread as widely.
export function patience(failures, chance, told) {
  const wait = Math.min(LONGEST, SHORTEST * 2 ** Math.min(failures, 20));
  return Math.round(Math.max(wait * (0.5 + chance / 2), told ? told * 1000 + wait * chance : 0));
}

// The parts of a list that are sent one by one after the whole was refused as such.
export function halves(ratings) {
  const middle = Math.ceil(ratings.length / 2);
  return [ratings.slice(0, middle), ratings.slice(middle)].filter((part) => part.length > 0);
}
