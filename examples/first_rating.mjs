// A first program: sends one rating, safely, and reads the agency's figures. Node 18 or newer, nothing to install.
//
//     export BASE=http://127.0.0.1:8000 APP_KEY=crm_app_… READER_KEY=crm_reader_…
//     node first_rating.mjs disdukcapil ktp-el
import { randomBytes } from "node:crypto";

const { BASE = "http://127.0.0.1:8000", APP_KEY, READER_KEY } = process.env;
const TRIES = 5;

// An id that tells when the citizen rated; made once for a rating, and sent with it every time.
function uuid7() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// Status, JSON and the seconds to wait before another try; status 0 where there was no answer.
async function ask(method, path, key, body) {
  try {
    const answer = await fetch(BASE + path, {
      method,
      headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json", "Accept-Language": "en" },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    return [answer.status, await answer.json(), Number(answer.headers.get("Retry-After") ?? 1)];
  } catch {
    return [0, null, 1];
  }
}

// Sends until there is an answer that is final: the same id again never counts twice.
async function send(rating, key) {
  for (let tries = 0; tries < TRIES; tries++) {
    const [status, answer, pause] = await ask("POST", "/v1/ratings", key, rating);
    if (![0, 408, 429].includes(status) && status < 500) return [status, answer];
    await new Promise((resolve) => setTimeout(resolve, pause * 1000));
  }
  throw new Error("no answer; keep the rating and send it later");
}

const [office, service] = process.argv.slice(2);
const rating = {
  id: uuid7(),
  office,
  service,
  channel: "mobile",
  scores: { speed: 4, transparency: 3, friendliness: null },
};
for (let time = 0; time < 2; time++) {
  const [status, answer] = await send(rating, APP_KEY);
  // 201: on disk. 200: it was there already. Everything else says what to change.
  console.log(status, answer.outcome ?? answer.code);
}
const [status, answer] = await ask("GET", "/v1/indices?by=office", READER_KEY);
if (status !== 200) {
  console.error(`${status} ${answer?.code}: ${answer?.detail}`);
  process.exit(1);
}
for (const row of answer.rows) console.log(row.group.office, row.index?.value ?? "not shown");
