// The register on a device: every mark is kept by device.js and sent at once, or as soon as there is a network again.
// Where somebody else has marked meanwhile both are shown. Without this file the whole form is sent by its button.
"use strict";

// device.js stands further down the page: all deferred scripts have run by then
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form[data-roll]");
  const device = window.lmsDevice;
  if (!form || !device) return;

  const SETTLED_AFTER = 500; // arrow keys run through several answers
  const WAS_THERE = ["present", "late"];
  const { roll: session, done } = form.dataset;
  const longest = Number(form.dataset.minutes);
  const opens = Date.parse(form.dataset.opens);
  const count = document.querySelector("[data-roll-count]");
  const result = document.querySelector("[data-roll-result]");
  const walkIns = document.querySelector("form[data-walk-in]");
  const rows = new Map();
  let timer;

  form.querySelectorAll("[data-row]").forEach((element) => {
    const id = element.dataset.row;
    rows.set(id, {
      id,
      element,
      radios: [...element.querySelectorAll(`[name="wie-${id}"]`)],
      minutes: element.querySelector(`[name="minuten-${id}"]`),
      early: element.querySelector(`[name="frueher-${id}"]`),
      units: [...element.querySelectorAll(`[name^="einheit-${id}-"]`)],
      note: element.querySelector(`[name="notiz-${id}"]`),
      before: element.querySelector(`[name="vorher-${id}"]`),
      state: element.querySelector("[data-row-state]"),
      question: element.querySelector("[data-row-question]"),
      version: Number(element.dataset.version),
    });
  });

  const asText = (mark) => [mark.choice, mark.minutes, mark.early, mark.units.join(","), mark.note].join("|");
  const number = (typed) => (/^\d{1,4}$/.test(typed) ? Number(typed) : 0);

  function markIn(row) {
    const choice = row.radios.find((radio) => radio.checked)?.value ?? "";
    const wasThere = WAS_THERE.includes(choice);
    return {
      choice,
      minutes: choice === "late" ? row.minutes.value.trim() : "",
      early: wasThere ? row.early.value.trim() : "",
      units: wasThere ? row.units.filter((box) => box.checked).map((box) => Number(box.value)) : [],
      note: row.note.value.trim().replace(/\s+/g, " "),
    };
  }

  const lacksMinutes = (mark) => mark.choice === "late" && !(number(mark.minutes) > 0 && number(mark.minutes) <= longest);
  // The service reckons exactly; this only spares the way to it.
  function isTooMuch(row, mark) {
    if (!mark.early && !mark.units.length) return false;
    if (mark.early && !number(mark.early)) return true;
    return number(mark.early) + number(mark.minutes) >= longest || (row.units.length > 0 && mark.units.length === row.units.length);
  }

  const isWhole = (row, mark) => mark.choice && !lacksMinutes(mark) && !isTooMuch(row, mark);
  const isChanged = (row, mark) => asText(mark) !== row.before.value;
  const waitingOf = (row) => device.of(session).find((entry) => entry.kind === "mark" && entry.mark.enrolment_id === row.id);

  function show(row, mark) {
    row.radios.forEach((radio) => { radio.checked = radio.value === mark.presence; });
    row.minutes.value = mark.minutes_late || "";
    row.early.value = mark.minutes_early || "";
    row.units.forEach((box) => { box.checked = (mark.missed_units ?? []).includes(Number(box.value)); });
    row.note.value = mark.note ?? "";
    const more = row.element.querySelector("[data-row-more]");
    if (more && (mark.minutes_early || mark.missed_units?.length)) more.open = true;
  }

  const stands = (facts) => asText({
    choice: facts.presence ?? "",
    minutes: String(facts.minutes_late || ""),
    early: String(facts.minutes_early || ""),
    units: facts.missed_units ?? [],
    note: facts.note ?? "",
  });

  function keep(row, mark, basedOn = row.version) {
    return device.put({
      kind: "mark",
      session,
      mark: {
        enrolment_id: row.id,
        presence: mark.choice,
        minutes_late: number(mark.minutes),
        minutes_early: number(mark.early),
        missed_units: mark.units,
        note: mark.note,
        based_on: basedOn,
      },
    });
  }

  // ---- what the page shows

  function paint() {
    const tally = { saved: 0, open: 0, waiting: 0 };
    rows.forEach((row) => {
      const entry = waitingOf(row);
      const isKept = !row.before.value.startsWith("|");
      const is = entry?.conflict ? "conflict" : entry?.refused ? "refused" : entry ? "waiting" : lacksMinutes(markIn(row)) ? "minutes" : isKept ? "saved" : "open";
      tally[entry ? "waiting" : isKept ? "saved" : "open"] += 1;
      row.state.dataset.is = is;
      row.state.textContent = row.state.dataset[is];
      ask(row, entry);
    });
    const words = tally.waiting ? count.dataset.waiting : count.dataset.saved;
    const said = Object.entries(tally).reduce((text, [name, num]) => text.replace(`{${name}}`, num), words);
    if (count.textContent !== said) count.textContent = said;
    if (result && tally.waiting) result.hidden = true;
    form.inert = Date.now() < opens;
    paintWalkIns();
  }

  function ask(row, entry) {
    const isOpen = Boolean(entry?.conflict || entry?.refused);
    row.question.hidden = !isOpen;
    if (!isOpen) return;
    const { words, wordsRefused } = row.question.dataset;
    row.question.querySelector("[data-question]").textContent = entry.conflict
      ? words.replace("{stored}", entry.conflict.sentence)
      : wordsRefused.replace("{reason}", entry.refused);
    row.question.querySelector("[data-mine]").hidden = !entry.conflict;
  }

  form.addEventListener("click", async (event) => {
    const answer = event.target.closest("[data-mine], [data-theirs]");
    if (!answer) return;
    const row = rows.get(answer.closest("[data-row]").dataset.row);
    const entry = waitingOf(row);
    if (!entry) return;
    if (answer.matches("[data-mine]")) {
      await keep(row, markIn(row), entry.conflict.version);
    } else {
      if (entry.conflict) show(row, entry.conflict.stored);
      await device.drop(entry);
    }
    paint();
    row.radios[0].focus();
    device.flush();
  });

  // ---- what was typed

  async function noticed(row) {
    const mark = markIn(row);
    const entry = waitingOf(row);
    if (isWhole(row, mark) && (isChanged(row, mark) || entry)) await keep(row, mark);
    paint();
    clearTimeout(timer);
    timer = setTimeout(device.flush, SETTLED_AFTER);
  }

  // Who is marked late while the session runs came just now.
  function suggest(row) {
    if (row.minutes.value) return;
    const late = Math.round((Date.now() - Date.parse(form.dataset.starts)) / 60000);
    if (late > 0 && late < longest) row.minutes.value = late;
  }

  form.addEventListener("change", (event) => {
    const row = rows.get(event.target.closest("[data-row]")?.dataset.row);
    if (!row) return;
    if (event.target.value === "late" && event.target.type === "radio") suggest(row);
    noticed(row);
  });

  form.addEventListener("submit", async (event) => {
    if (!device.isReady()) return; // this device keeps nothing: the form is sent as it is
    const isForAll = event.submitter?.name === "alle";
    if (isForAll) {
      rows.forEach((row) => {
        if (!row.radios.some((radio) => radio.checked)) row.radios[0].checked = true;
      });
    }
    const marks = [...rows.values()].map((row) => [row, markIn(row)]);
    if (marks.some(([row, mark]) => !isWhole(row, mark) && (mark.choice || mark.note))) return; // the service says what is missing
    event.preventDefault();
    for (const [row, mark] of marks) {
      if (isWhole(row, mark) && isChanged(row, mark) && !waitingOf(row)) await keep(row, mark);
    }
    paint();
    await device.flush();
    if (!isForAll && !device.of(session).length) location.assign(done);
  });

  // ---- people who are not on the list

  function paintWalkIns() {
    const list = document.querySelector("[data-walk-ins]");
    if (!list) return;
    const waiting = device.of(session).filter((entry) => entry.kind === "walk_in");
    list.querySelectorAll("[data-waits]").forEach((one) => one.remove());
    waiting.forEach((entry) => {
      const said = document.createElement("li");
      said.dataset.waits = entry.id;
      said.textContent = list.dataset[entry.refused ? "refused" : "words"].replace("{name}", entry.name).replace("{reason}", entry.refused ?? "");
      list.append(said);
    });
  }

  walkIns?.addEventListener("submit", async (event) => {
    const name = walkIns.elements.name.value.trim();
    if (!device.isReady() || !name) return;
    event.preventDefault();
    await device.put({ kind: "walk_in", session, name, phone: walkIns.elements.telefon.value.trim() });
    walkIns.reset();
    paint();
    device.flush();
  });

  device.onChange((entry, told) => {
    if (entry?.session === session && told?.outcome === "saved") {
      const row = entry.kind === "mark" && rows.get(entry.mark.enrolment_id);
      if (row) {
        row.before.value = stands(told.stored);
        row.version = told.version;
      } else {
        const said = document.createElement("li");
        said.textContent = entry.name;
        document.querySelector("[data-walk-ins]")?.append(said);
      }
    }
    paint();
  });

  device.ready.then(() => {
    rows.forEach((row) => {
      const entry = waitingOf(row);
      if (entry) show(row, entry.mark);
    });
    paint();
  });
  if (opens > Date.now()) setTimeout(paint, Math.min(opens - Date.now(), 2 ** 31 - 1));
});
