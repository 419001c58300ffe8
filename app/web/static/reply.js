// The employee's own draft, one reply to it, and later the final report. The token stands in the fragment, which no
// browser sends; it travels in bodies only, is taken out of the address at once, and stays in this tab for a reload.
const element = (id) => document.getElementById(id);
const words = element("words").dataset;
const { base, decimal, clock, locale } = document.body.dataset;
const language = document.documentElement.lang;
const TOKEN = "cermin-reply";
const ROMAN = ["I", "II", "III", "IV"];
const WIB = 7 * 3600 * 1000;

// Storage that a browser may forbid.
const remembered = (name) => { try { return sessionStorage.getItem(name); } catch { return null; } };
const remember = (name, value) => { try { sessionStorage.setItem(name, value); } catch { /* not kept */ } };
const forget = (name) => { try { sessionStorage.removeItem(name); } catch { /* not kept */ } };

const token = location.hash.slice(1) || remembered(TOKEN);
history.replaceState(null, "", location.pathname + location.search);
const draft = `${TOKEN}-draft ${token}`;
// Another link opened in the same tab.
window.addEventListener("hashchange", () => location.reload());

const write = (id, sentence) => { element(id).textContent = sentence; };
const number = (text) => text.replace(".", decimal);
const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (all, place) => values[place] ?? all);

// `2026-12-04` as 4 Desember 2026.
const day = (iso, form = { day: "numeric", month: "long", year: "numeric" }) => new Date(`${iso.slice(0, 10)}T00:00Z`).toLocaleDateString(locale, { timeZone: "UTC", ...form });

// A moment in the time of Jakarta, in which reply windows end; the end of a day is 24.00 of that day.
function moment(iso, isEnd) {
  const local = Date.parse(iso) + WIB;
  const midnight = isEnd && local % 86400000 === 0;
  const text = new Date(midnight ? local - 1 : local).toISOString();
  const time = midnight ? `24${clock}00` : text.slice(11, 16).replace(":", clock);
  return filled(words.moment, { date: day(text), time });
}

// `2026-10`, `2026-Q3`, `2026-S2` and `2026` in words.
function span(code) {
  const [, year, kind, place] = /^(\d{4})(?:-([QS]?)(\d{1,2}))?$/.exec(code) ?? [];
  if (!year) return code;
  if (!place) return filled(words.year, { year });
  if (!kind) return day(`${code}-01`, { month: "long", year: "numeric" });
  return filled(kind === "Q" ? words.quarter : words.semester, { number: ROMAN[place - 1], year });
}

class Refused extends Error {
  constructor({ detail, code }) {
    super(detail);
    this.code = code;
  }
}

async function send(path, body) {
  let response;
  let answer = null;
  try {
    response = await fetch(base + path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept-Language": language },
      body: JSON.stringify(body),
    });
    if (response.status !== 204) answer = await response.json();
  } catch {
    throw new Error(words.offline);
  }
  if (!response.ok) throw new Refused(answer);
  return answer;
}

function line(...contents) {
  const made = document.createElement("tr");
  contents.forEach((content, place) => {
    const cell = document.createElement(place === 0 ? "th" : "td");
    if (place === 0) cell.scope = "row";
    cell.append(content ?? "–");
    made.append(cell);
  });
  return made;
}

// On a phone a row is read from top to bottom: each cell knows its heading, and its role whatever the style makes of it.
function fill(id, rows) {
  const titles = Array.from(element(id).closest("table").tHead.rows[0].cells, (each) => each.textContent);
  rows.forEach((row) => {
    row.setAttribute("role", "row");
    Array.from(row.cells).forEach((cell, place) => {
      cell.setAttribute("role", place === 0 ? "rowheader" : "cell");
      if (place > 0) cell.dataset.of = titles[place];
    });
  });
  element(id).replaceChildren(...rows);
}

function figuresIn({ dimensions, index, n }) {
  const row = (title, count, value, grade, interval) => line(title, count, value && number(value), grade, interval && interval.map(number).join(" – "));
  const rows = (dimensions ?? []).map((part) => row(part.title[language], part.n, part.index, part.grade, part.interval));
  if (index) rows.push(row(element("rows").dataset.total, n, index.value, index.grade, index.interval && [index.interval.lower, index.interval.upper]));
  return rows;
}

function reading({ at, by, what, period, from, to }) {
  const when = document.createElement("time");
  when.dateTime = at;
  when.textContent = moment(at);
  const asked = period ? span(period) : [from, to].filter(Boolean).map((each) => day(each)).join(" – ");
  return line(when, element("keys").dataset[by] ?? by, element("asked").dataset[what], asked || "–");
}

function paragraph(text) {
  const made = document.createElement("p");
  made.textContent = text;
  return made;
}

function item(text) {
  const made = document.createElement("li");
  made.textContent = text;
  return made;
}

function show({ document: report, state, may_reply: mayReply, reply_until: until, reply, readings, training }) {
  const { figures, subject, period, note } = report;
  const isFinal = state === "final";
  write("name", subject.name);
  write("period", span(period.code));
  write("state", isFinal ? filled(words.final, { date: day(report.final_on) }) : mayReply || reply ? words.draft : words.waiting);
  element("suppressed").hidden = !figures.suppressed;
  element("figures").hidden = figures.suppressed;
  fill("rows", figuresIn(figures));
  element("feedback").replaceChildren(...Object.values(report.feedback ?? {}).map((each) => paragraph(each[language])));
  write("notice", report.notice[language]);
  element("training-section").hidden = training.length === 0;
  element("training").replaceChildren(...training.map((each) => item(`${each.title[language]}: ${number(each.index)}`)));
  element("note-section").hidden = !note;
  write("note", note ?? "");
  write("window", filled(mayReply ? words.open : words.over, { until: moment(until, true) }));
  given(reply, mayReply);
  if (!reply && !mayReply) write("outcome", words.silent);
  fill("reading-rows", readings.map(reading));
  element("readings").hidden = readings.length === 0;
  element("unread").hidden = readings.length > 0;
  element("report").hidden = false;
  write("status", "");
}

function given(reply, mayReply) {
  write("given", reply ?? "");
  element("given").hidden = !reply;
  element("form").hidden = !mayReply;
  if (mayReply) element("text").value = remembered(draft) ?? element("text").value;
  else if (reply) forget(draft);
}

element("text").addEventListener("input", () => remember(draft, element("text").value));

element("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = element("form").querySelector("button");
  button.disabled = true;
  const text = element("text").value;
  let outcome = words.thanks;
  try {
    await send("/v1/replies", { token, text });
  } catch (error) {
    outcome = error.code === "reply-window-over" ? words.late : error.message;
  }
  // What stands there now: the reply as it was kept, or the window that has ended meanwhile.
  if (outcome !== words.offline) await send("/v1/replies/read", { token }).then(show, () => { if (outcome === words.thanks) given(text, false); });
  write("outcome", outcome);
  // Where the form was is where one looks.
  element("reply-title").focus();
  button.disabled = false;
});

if (!token) write("status", words.missing);
else {
  remember(TOKEN, token);
  send("/v1/replies/read", { token }).then(show, (error) => {
    // A link that opens nothing is not opened again by a reload.
    if (error instanceof Refused) forget(TOKEN);
    write("status", error.code === "reply-window-over" ? words.ended : error.message);
  });
}
