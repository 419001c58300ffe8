// What the kiosk asks of the server. The key goes into a header, the pairing code into a body; addresses hold neither.
import { Revoked, Unreached, ask, isProblem } from "../rating/sender.js";

const JSON_TYPE = { "Content-Type": "application/json" };

export class Server {
  constructor(key) {
    this.key = key;
  }

  // The answer to a pairing code: { status, body }.
  static pair(code) {
    return ask("/v1/devices/pair", { method: "POST", headers: JSON_TYPE, body: JSON.stringify({ code }) });
  }

  async asked(path, method, body, headers) {
    const sent = Object.assign({ Authorization: `Bearer ${this.key}` }, body === null ? {} : JSON_TYPE, headers);
    const answer = await ask(path, { method, headers: sent, body: body === null ? undefined : JSON.stringify(body) });
    // What is neither done nor this service's refusal comes from something in between.
    if (answer.status >= 300 && answer.status !== 304 && !isProblem(answer.body)) throw new Unreached(answer.seconds);
    if (answer.status === 401 || (answer.status === 403 && codeOf(answer) === "key-kind-refused")) throw new Revoked();
    if (answer.status >= 500 || answer.status === 429) throw new Unreached(answer.seconds);
    return answer;
  }

  // What to show, or null while it is what `tag` stands for.
  async form(tag) {
    const answer = await this.asked("/v1/devices/me", "GET", null, tag ? { "If-None-Match": tag } : {});
    if (answer.status === 200 && !(answer.body && answer.body.instrument)) throw new Unreached();
    return answer.status === 200 ? { tag: answer.headers.get("ETag"), shown: answer.body } : null;
  }

  // Tell how the kiosk is doing; the answer is the server's time (Unix milliseconds). A report that a newer server does
  // not understand costs no rating: every answer has the time, to the second.
  async heartbeat(status) {
    const answer = await this.asked("/v1/devices/me/heartbeat", "POST", status, {});
    const time = answer.status === 200 ? Date.parse(answer.body && answer.body.server_time) : Date.parse(answer.headers.get("Date")) + 500;
    if (!Number.isFinite(time)) throw new Unreached();
    return time;
  }

  async carry(ratings) {
    const answer = await this.asked("/v1/ratings/batch", "POST", { ratings }, {});
    if (answer.status === 200 && !(answer.body && Array.isArray(answer.body.results) && answer.body.results.length === ratings.length)) throw new Unreached();
    if (answer.status !== 200) return { status: answer.status, code: codeOf(answer), results: null, seconds: answer.seconds };
    const results = answer.body.results.map(({ status, problem }) => ({
      status, code: problem && reasonOf(problem), serverTime: problem && problem.server_time ? Date.parse(problem.server_time) : null,
    }));
    return { status: 200, results, seconds: answer.seconds };
  }
}

function codeOf({ body }) {
  return body ? reasonOf(body) : null;
}

// What a person has to mend: of a sheet with wrong fields the first field's code says more than that fields are wrong.
function reasonOf({ code, errors }) {
  return errors && errors.length > 0 ? errors[0].code : code;
}
