// Who is on duty at a moment, by the roster as it was last fetched, and a rating of whom the citizen saw named. Pure.
import { answersOf } from "../rating/sheet.js";

// `roster`: [{ from, until, employee, name }], moments as text; null where nobody is named.
export function onDuty(roster, moment) {
  return roster.find((duty) => Date.parse(duty.from) <= moment && moment < Date.parse(duty.until)) || null;
}

// What is sent: the answers, and the employee who was shown. Where nobody was, the server's own roster decides.
export function ratingOf(sheet, form, duty) {
  const answers = answersOf(sheet, form);
  return duty ? Object.assign(answers, { employee: duty.employee }) : answers;
}
