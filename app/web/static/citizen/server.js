// What a citizen's page asks of the server. A ticket's code travels in bodies only.
import { Unreached, ask, isProblem } from "../rating/sender.js";

const JSON_TYPE = { "Content-Type": "application/json" };

// What is rated: { status, body, seconds }. The server's time comes with the answer, to the second.
export async function lookAt(subject, clock) {
  // The questionnaire that this page's address names, if it names one.
  const name = new URLSearchParams(location.search).get("instrument");
  const named = name ? { instrument: name } : {};
  const query = name ? `?instrument=${encodeURIComponent(name)}` : "";
  const answer = await timed(clock, () => (subject.ticket
    ? ask("/v1/tickets/look", { method: "POST", headers: JSON_TYPE, body: JSON.stringify(Object.assign({ ticket: subject.ticket }, named)) })
    : ask(`/v1/open/${encodeURIComponent(subject.agency)}/${encodeURIComponent(subject.office)}${query}`, {})));
  const shown = answer.status === 200 && answer.body && answer.body.instrument;
  if (!shown && (answer.status >= 500 || !isProblem(answer.body))) throw new Unreached(answer.seconds);
  return answer;
}

// Sends one rating; see `Sender`.
export function carrier(clock) {
  return async ([rating]) => {
    const answer = await timed(clock, () => ask("/v1/ratings", { method: "POST", headers: JSON_TYPE, body: JSON.stringify(rating) }));
    const problem = answer.body || {};
    // Only this service's own word moves an answer off this phone.
    if (!isProblem(problem) && !(problem.outcome === "stored" && problem.id === rating.id)) throw new Unreached(answer.seconds);
    const result = { status: answer.status, code: problem.code, serverTime: problem.server_time ? Date.parse(problem.server_time) : null };
    return { status: answer.status, results: [result], seconds: answer.seconds };
  };
}

async function timed(clock, request) {
  const before = clock.ticks();
  const answer = await request();
  const date = Date.parse(answer.headers.get("Date"));
  if (Number.isFinite(date)) clock.learn(date + 500, before, clock.ticks());
  return answer;
}
