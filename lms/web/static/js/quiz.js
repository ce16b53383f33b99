// Comforts of a quiz: the time that is left, the picture to point at, and a word when there is no connection.
"use strict";

const time = document.querySelector("[data-quiz-ends]");
if (time) {
  const ends = Date.parse(time.dataset.quizEnds);
  const words = time.querySelector("[data-quiz-words]");
  const say = time.querySelector("[data-quiz-say]");
  // the server's clock counts: the page came with the minutes that are left by it
  const offset = Number(words.textContent.match(/(\d+)\D*$/)?.[1] ?? 0) * 60000 - (ends - Date.now());
  const drift = Math.abs(offset) > 90000 ? offset : 0;
  const warning = 5 * 60000;
  let said = say.textContent.trim() !== "";
  const tick = () => {
    const left = ends - Date.now() + drift;
    if (left <= 0) {
      words.textContent = "";
      say.textContent = time.dataset.quizOver;
      clearInterval(timer);
      return;
    }
    words.textContent = time.dataset.quizMinutes.replace("#", Math.floor(left / 60000));
    if (left <= warning && !said) {
      say.textContent = time.dataset.quizWarning;
      said = true;
    }
  };
  const timer = setInterval(tick, 10000);
}

document.querySelectorAll("[data-quiz-picture]").forEach((picture) => {
  picture.classList.add("quiz-picture--script");
  const spots = [...picture.querySelectorAll("[data-quiz-spot]")];
  const show = () =>
    spots.forEach((spot) => spot.classList.toggle("quiz-chosen", document.getElementById(spot.dataset.quizSpot).checked));
  spots.forEach((spot) => {
    spot.addEventListener("click", () => document.getElementById(spot.dataset.quizSpot).click());
  });
  picture.closest("fieldset").addEventListener("change", show);
  show();
});

// In capture, before the form is marked as sent: what was typed stays where it is.
document.querySelectorAll("form[data-quiz]").forEach((form) => {
  const word = form.querySelector("[data-quiz-connection]");
  form.addEventListener(
    "submit",
    (event) => {
      word.textContent = "";
      if (navigator.onLine) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      word.textContent = form.dataset.quizOffline;
    },
    true,
  );
});
