"use strict";

const pages = [...document.querySelectorAll("section")];
const on = document.getElementById("weiter");
let here = Math.min(Number(lms?.LMSGetValue("cmi.core.lesson_location")) || 0, pages.length - 1);

function show() {
  pages.forEach((page, number) => (page.hidden = number !== here));
  document.getElementById("wo").textContent = `Seite ${here + 1} von ${pages.length}`;
  on.textContent = here + 1 < pages.length ? "Weiter" : "Noch einmal von vorn";
  const isOver = here + 1 === pages.length || lms?.LMSGetValue("cmi.core.lesson_status") === "completed";
  tell({ "cmi.core.lesson_location": here, "cmi.core.exit": "suspend", "cmi.core.lesson_status": isOver ? "completed" : "incomplete" });
}

on.addEventListener("click", () => {
  here = (here + 1) % pages.length;
  show();
});
show();
