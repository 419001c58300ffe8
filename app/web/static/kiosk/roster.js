// Who is on duty at a moment, by the roster as it was last fetched. Pure.

// `roster`: [{ from, until, employee, name }], moments as text; null where nobody is named.
export function onDuty(roster, moment) {
  return roster.find((duty) => Date.parse(duty.from) <= moment && moment < Date.parse(duty.until)) || null;
}
