// The counter: finds while somebody types, and lets Enter and the arrow keys do what a mouse would.
// Without this file every search has its button, and everything typed is kept on the way.
"use strict";

(() => {
  const form = document.querySelector("form[data-counter]");
  if (!form) return;

  const here = form.dataset.counter;
  const SOON_MS = 150;
  const running = new Map();
  const names = ["given_name", "family_name"].map((name) => form.elements[name]);
  // Searching needs no button any more, and Enter means to enrol: it takes the first button of the form, whatever else stands there.
  form.querySelectorAll("[data-search]:not(.lms-default)").forEach((button) => button.remove());
  form.querySelector(".lms-default").value = "anmelden";

  async function fill(box, path) {
    running.get(path)?.abort();
    const asked = new AbortController();
    running.set(path, asked);
    try {
      const answer = await fetch(`${here}/${path}`, { method: "POST", body: new FormData(form), signal: asked.signal });
      if (answer.ok && !answer.redirected) box.innerHTML = await answer.text();
    } catch (problem) {
      if (problem.name !== "AbortError") box.textContent = "";
    }
  }

  // Whoever searched for a name and found nobody need not type it twice.
  function suggest() {
    const words = form.elements.q.value.replace(/,/g, " ").trim().split(/\s+/);
    if (names.some((field) => field.value) || !words[0] || words.some((word) => /[^\p{L}-]/u.test(word))) return;
    const isTurned = form.elements.q.value.includes(",");
    names[0].value = (isTurned ? words.slice(1) : words.slice(0, -1)).join(" ");
    names[1].value = isTurned ? words[0] : words[words.length - 1];
  }

  function live(field, box, path, next) {
    let timer;
    let asked = Promise.resolve();
    const ask = () => (asked = fill(box, path));
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, SOON_MS);
    });
    field.addEventListener("keydown", async (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      clearTimeout(timer);
      await ask();
      const chosen = box.querySelector("input:checked") ?? box.querySelector("input");
      if (!chosen) return;
      chosen.checked = true;
      chosen.focus();
      chosen.dispatchEvent(new Event("change", { bubbles: true }));
    });
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      next()?.focus();
    });
  }

  const isNew = () => form.querySelector('[name="person"]:checked')?.value === "neu";
  const known = document.getElementById("bekannt");
  live(form.elements.q, document.getElementById("personen"), "personen", () => (isNew() ? names.find((one) => !one.value) ?? form.elements.phone : form.elements.lauf));
  live(form.elements.lauf, document.getElementById("kurse"), "kurse", () => form.querySelector('[name="payment"]:checked') ?? form.querySelector('[name="payment"]'));
  form.querySelector(".lms-counter__new").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    form.elements.lauf.focus();
  });
  form.addEventListener("change", (event) => {
    if (event.target.name !== "person") return;
    if (isNew()) suggest();
    fill(known, "bekannt");
  });
})();

// What goes back to the person, before it is booked.
(() => {
  const form = document.querySelector("form[data-cash]");
  if (!form) return;

  const cents = (field) => {
    const match = /^(\d+)(?:[.,](\d{1,2}))?$/.exec(field.value.trim().replace(/\s*(€|euro)\s*$/i, ""));
    return match ? Number(match[1]) * 100 + Number((match[2] ?? "0").padEnd(2, "0")) : null;
  };
  const told = form.querySelector("[data-change]");
  const { amount, given } = form.elements;
  form.addEventListener("input", () => {
    const due = cents(amount);
    const handed = cents(given);
    const back = due === null || handed === null || handed < due ? null : handed - due;
    told.textContent = back === null ? "–" : `${(back / 100).toLocaleString(document.documentElement.lang, { minimumFractionDigits: 2 })} Euro`;
  });
  if (!document.querySelector("[data-focus]")) given.focus();
})();
