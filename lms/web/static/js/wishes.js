// While somebody types a title, wishes that are like it appear beneath; without script they stand on the check page.
"use strict";

const place = document.querySelector("[data-similar]");
const title = document.getElementById("title");
let asked = "";
let waiting;

async function ask() {
  const typed = title.value.trim();
  if (typed === asked) return;
  asked = typed;
  const answer = typed.length < 4 ? null : await fetch(`${place.dataset.similar}?titel=${encodeURIComponent(typed)}`);
  if (typed !== asked) return; // something else has been typed meanwhile
  place.innerHTML = answer?.ok ? await answer.text() : "";
}

if (place && title) {
  title.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 300);
  });
  ask();
}
