// While a run is planned: shows the fields that belong to the chosen way of repeating, and what the entries would give.
// Without this file every field is there and the answer comes with the next page.
"use strict";

const plan = document.getElementById("plan");
const sketch = document.getElementById("sketch");
let asked;
let running;

function showFields() {
  const chosen = plan.querySelector("[name=interval]:checked")?.value ?? "1";
  plan.querySelectorAll("[data-shown-for]").forEach((part) => {
    part.hidden = !part.dataset.shownFor.split(" ").includes(chosen);
  });
}

async function ask() {
  running?.abort();
  running = new AbortController();
  try {
    const answer = await fetch(plan.dataset.sketch, {
      method: "POST",
      body: new FormData(plan),
      signal: running.signal,
    });
    if (answer.ok && !answer.redirected) sketch.innerHTML = await answer.text();
  } catch (problem) {
    if (problem.name !== "AbortError") sketch.textContent = "";
  }
}

function askSoon() {
  showFields();
  clearTimeout(asked);
  asked = setTimeout(ask, 300);
}

if (plan && sketch) {
  sketch.hidden = false;
  plan.addEventListener("input", askSoon);
  plan.addEventListener("change", askSoon);
  showFields();
  ask();
}
