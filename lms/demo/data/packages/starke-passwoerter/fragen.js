"use strict";

const form = document.querySelector("form");
const kept = lms?.LMSGetValue("cmi.suspend_data");
if (kept) for (const [name, place] of Object.entries(JSON.parse(kept))) form.elements[name][place].checked = true;

function chosen() {
  const names = ["a", "b", "c"].filter((name) => [...form.elements[name]].some((one) => one.checked));
  return Object.fromEntries(names.map((name) => [name, [...form.elements[name]].findIndex((one) => one.checked)]));
}

form.addEventListener("change", () =>
  tell({ "cmi.suspend_data": JSON.stringify(chosen()), "cmi.core.exit": "suspend", "cmi.core.lesson_status": "incomplete" }),
);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const right = ["a", "b", "c"].reduce((sum, name) => sum + Number(form.elements[name].value || 0), 0);
  document.getElementById("ergebnis").textContent = `${right} von 3 sind richtig.`;
  tell({ "cmi.core.score.min": 0, "cmi.core.score.max": 100, "cmi.core.score.raw": Math.round((right / 3) * 100), "cmi.core.lesson_status": "completed" });
});
