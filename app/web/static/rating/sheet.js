// One rating as it grows: pure steps from the first tap to the review. A sheet is never changed, only followed by another.

export const SERVICE = "service";
export const REVIEW = "review";

// The steps of a form, in order: the service if there is a choice, every question, the review.
export function stepsOf(form) {
  const choice = form.services.length > 1 ? [SERVICE] : [];
  return [...choice, ...form.instrument.items.map((item) => item.code), REVIEW];
}

export function emptySheet() {
  return { step: 0, service: null, scores: {}, comment: "" };
}

export function stepOf(sheet, form) {
  return stepsOf(form)[sheet.step];
}

// The sheet after an answer to its present step: a service's code, a score, or null for a question that was skipped.
export function answered(sheet, form, value) {
  const step = stepOf(sheet, form);
  const next = Object.assign({}, sheet, { step: sheet.step + 1 });
  if (step === SERVICE) next.service = value;
  else next.scores = Object.assign({}, sheet.scores, { [step]: value });
  return next;
}

export function stepBack(sheet) {
  return Object.assign({}, sheet, { step: Math.max(0, sheet.step - 1) });
}

export function withComment(sheet, comment) {
  return Object.assign({}, sheet, { comment: comment.trim() });
}

export function isBegun(sheet) {
  return sheet.step > 0;
}

// A sheet on which every question was skipped says nothing, and is not sent.
export function saysSomething(sheet) {
  return Object.values(sheet.scores).some((score) => score !== null);
}

// What `POST /v1/ratings` takes, without id and place.
export function answersOf(sheet, form) {
  const answers = { instrument: form.instrument.id, scores: sheet.scores };
  if (sheet.service !== null) answers.service = sheet.service;
  if (sheet.comment) answers.comment = sheet.comment;
  return answers;
}
