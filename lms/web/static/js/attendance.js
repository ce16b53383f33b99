// Saves the register row by row. What cannot be sent stays on this device, as keys and marks without any name,
// and is sent as soon as the service answers again. Without this file the whole form is sent by its button.
"use strict";

(() => {
  const form = document.querySelector("form[data-roll]");
  if (!form) return;

  const KEEP_FOR = 24 * 60 * 60 * 1000;
  const AGAIN_AFTER = 15 * 1000;
  const SETTLED_AFTER = 500; // arrow keys run through several answers
  const LONGEST = Number(form.dataset.minutes);
  const STORE = `anwesenheit:${form.dataset.roll}`;
  const REFUSALS = [403, 404, 409];
  const count = document.querySelector("[data-roll-count]");
  const trouble = form.querySelector("[data-roll-trouble]");
  const result = document.querySelector("[data-roll-result]");
  const rows = new Map();
  const waiting = new Map();
  let sending = false;
  let isLeaving = false;
  let timer;

  form.querySelectorAll("[data-row]").forEach((element) => {
    const id = element.dataset.row;
    rows.set(id, {
      element,
      radios: [...element.querySelectorAll(`[name="wie-${id}"]`)],
      minutes: element.querySelector(`[name="minuten-${id}"]`),
      note: element.querySelector(`[name="notiz-${id}"]`),
      before: element.querySelector(`[name="vorher-${id}"]`),
      state: element.querySelector("[data-row-state]"),
    });
  });

  const textOf = (mark) => `${mark.choice}|${mark.choice === "late" ? mark.minutes : ""}|${mark.note}`;
  const markIn = (row) => ({
    choice: row.radios.find((radio) => radio.checked)?.value ?? "",
    minutes: row.minutes.value.trim(),
    note: row.note.value.trim().replace(/\s+/g, " "),
    at: Date.now(),
  });

  const lacksMinutes = (mark) =>
    mark.choice === "late" && !(/^\d{1,4}$/.test(mark.minutes) && mark.minutes > 0 && mark.minutes <= LONGEST);
  const isWhole = (mark) => mark.choice && !lacksMinutes(mark);
  const isChanged = (row, mark) => textOf(mark) !== row.before.value;

  function paint() {
    let saved = 0;
    let open = 0;
    rows.forEach((row, id) => {
      const isKept = !row.before.value.startsWith("|");
      if (isKept) saved += 1;
      else if (!waiting.has(id)) open += 1;
      const is = waiting.has(id) ? "waiting" : lacksMinutes(markIn(row)) ? "minutes" : isKept ? "saved" : "open";
      row.state.dataset.is = is;
      row.state.textContent = row.state.dataset[is];
    });
    const unsaved = [...waiting.keys()].filter((id) => rows.get(id).before.value.startsWith("|")).length;
    const words = waiting.size ? count.dataset.waiting : count.dataset.saved;
    const said = words
      .replace("{saved}", rows.size - open - unsaved)
      .replace("{open}", open)
      .replace("{waiting}", waiting.size);
    if (count.textContent !== said) count.textContent = said;
  }

  function keep() {
    try {
      if (waiting.size) localStorage.setItem(STORE, JSON.stringify([...waiting]));
      else localStorage.removeItem(STORE);
    } catch {
      // a browser that keeps nothing: the page itself still holds the marks
    }
  }

  function say(sentence) {
    trouble.textContent = sentence;
    trouble.hidden = !sentence;
  }

  function noticed(id) {
    const row = rows.get(id);
    const mark = markIn(row);
    if (isWhole(mark) && isChanged(row, mark)) waiting.set(id, mark);
    else waiting.delete(id);
    if (result) result.hidden = true;
    keep();
    paint();
    clearTimeout(timer);
    timer = setTimeout(send, SETTLED_AFTER);
  }

  async function send() {
    clearTimeout(timer);
    if (sending || !waiting.size) return;
    sending = true;
    const batch = new Map(waiting);
    const body = new URLSearchParams({ _csrf_token: form.elements._csrf_token.value });
    batch.forEach((mark, id) => {
      body.set(`wie-${id}`, mark.choice);
      body.set(`minuten-${id}`, mark.minutes);
      body.set(`notiz-${id}`, mark.note);
    });
    let answer = null;
    try {
      answer = await fetch(form.action, { method: "POST", headers: { accept: "application/json" }, body, keepalive: true });
    } catch {
      say(trouble.dataset.offline);
    }
    if (answer) await settle(answer, batch);
    sending = false;
    keep();
    paint();
    const isNew = [...waiting].some(([id, mark]) => batch.get(id) !== mark);
    if (isNew) send();
    else if (isLeaving && !waiting.size) location.assign(form.dataset.done);
    else if (waiting.size && (!answer || answer.status >= 500)) timer = setTimeout(send, AGAIN_AFTER);
  }

  async function settle(answer, batch) {
    if (answer.ok) {
      say("");
      batch.forEach((mark, id) => {
        rows.get(id).before.value = textOf(mark);
        if (waiting.get(id) === mark) waiting.delete(id);
      });
      return;
    }
    if (answer.status === 401) return say(trouble.dataset.signIn);
    if (answer.status >= 500) return say(trouble.dataset.offline);
    const problem = await answer.json().catch(() => ({}));
    say(problem.detail ?? "");
    if (REFUSALS.includes(answer.status)) batch.forEach((_, id) => waiting.delete(id));
  }

  // Who is marked late while the session runs came just now.
  function suggest(row) {
    if (row.minutes.value) return;
    const late = Math.round((Date.now() - Date.parse(form.dataset.starts)) / 60000);
    if (late > 0 && late < LONGEST) row.minutes.value = late;
  }

  form.addEventListener("change", (event) => {
    const id = event.target.closest("[data-row]")?.dataset.row;
    if (!id) return;
    if (event.target.value === "late" && event.target.type === "radio") suggest(rows.get(id));
    noticed(id);
  });

  form.addEventListener("submit", (event) => {
    const isForAll = event.submitter?.name === "alle";
    if (isForAll) {
      rows.forEach((row) => {
        if (!row.radios.some((radio) => radio.checked)) row.radios[0].checked = true;
      });
    }
    const marks = [...rows].map(([id, row]) => [id, row, markIn(row)]);
    if (marks.some(([, , mark]) => !isWhole(mark) && (mark.choice || mark.note))) return; // the service says what is missing
    event.preventDefault();
    marks.filter(([, row, mark]) => isWhole(mark) && isChanged(row, mark)).forEach(([id, , mark]) => waiting.set(id, mark));
    if (result && waiting.size) result.hidden = true;
    isLeaving = !isForAll;
    keep();
    paint();
    if (isLeaving && !waiting.size) location.assign(form.dataset.done);
    else send();
  });

  window.addEventListener("online", send);
  document.addEventListener("visibilitychange", send);

  // What a former visit could not send.
  try {
    new Map(JSON.parse(localStorage.getItem(STORE) ?? "[]")).forEach((mark, id) => {
      const row = rows.get(id);
      if (!row || Date.now() - mark.at > KEEP_FOR || textOf(mark) === row.before.value) return;
      row.radios.forEach((radio) => { radio.checked = radio.value === mark.choice; });
      row.minutes.value = mark.minutes;
      row.note.value = mark.note;
      waiting.set(id, mark);
    });
  } catch {
    // nothing readable was kept
  }
  keep();
  paint();
  send();
})();
