// The employee's own draft, and one reply. The token stands in the fragment, which no browser sends; it travels in
// bodies only and is taken out of the address at once.
const element = (id) => document.getElementById(id);
const words = element("words").dataset;
const language = document.documentElement.lang;
const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname + location.search);

const say = (sentence) => { element("status").textContent = sentence; };
const number = (text) => text.replace(".", document.body.dataset.decimal);

async function send(path, body) {
  let response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept-Language": language },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error(words.offline);
  }
  if (!response.ok) throw new Error((await response.json()).detail);
  return response.status === 204 ? null : response.json();
}

function row(title, n, index, grade, interval) {
  const line = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = title;
  line.append(head);
  for (const text of [n, index && number(index), grade, interval && interval.map(number).join(" – ")]) {
    const cell = document.createElement("td");
    cell.textContent = text ?? "–";
    line.append(cell);
  }
  element("rows").append(line);
}

function reading({ at, by, what, period, from, to }) {
  const line = document.createElement("tr");
  const when = document.createElement("time");
  when.dateTime = at;
  when.textContent = new Date(at).toLocaleString(language);
  const span = period ?? [from, to].filter(Boolean).join(" – ");
  for (const content of [when, element("keys").dataset[by] ?? by, element("asked").dataset[what], span || "–"]) {
    const cell = document.createElement("td");
    cell.append(content);
    line.append(cell);
  }
  element("reading-rows").append(line);
}

function show({ document: report, reply_until: until, reply, readings }) {
  const { figures, subject, period } = report;
  element("name").textContent = subject.name;
  element("period").textContent = period.code;
  element("suppressed").hidden = !figures.suppressed;
  element("figures").hidden = figures.suppressed;
  for (const part of figures.dimensions ?? []) row(part.title[language], part.n, part.index, part.grade, part.interval);
  const total = figures.index;
  if (total) row(element("rows").dataset.total, figures.n, total.value, total.grade,
    total.interval && [total.interval.lower, total.interval.upper]);
  for (const paragraph of Object.values(report.feedback ?? {})) {
    const line = document.createElement("p");
    line.textContent = paragraph[language];
    element("feedback").append(line);
  }
  element("notice").textContent = report.notice[language];
  element("until").textContent = new Date(until).toLocaleString(language);
  element("until").dateTime = until;
  if (reply) given(reply);
  readings.forEach(reading);
  element("readings").hidden = readings.length === 0;
  element("unread").hidden = readings.length > 0;
  element("report").hidden = false;
  say("");
}

function given(text) {
  element("given").textContent = text;
  element("given").hidden = false;
  element("form").hidden = true;
}

element("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = element("form").querySelector("button");
  button.disabled = true;
  try {
    const text = element("text").value;
    await send("/v1/replies", { token, text });
    given(text);
    say(words.thanks);
  } catch (error) {
    say(error.message);
  }
  button.disabled = false;
});

if (!token) say(words.missing);
else send("/v1/replies/read", { token }).then(show, (error) => say(error.message));
