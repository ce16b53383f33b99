// Comforts only: every page works without this file.
"use strict";

// After mistakes the summary is read first.
document.querySelector("[data-focus]")?.focus();

// Two clicks are one: the second is ignored until the next page is there.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-once]") || event.submitter?.formMethod === "dialog") return; // only closes the question
  if (form.dataset.sent) event.preventDefault();
  else form.dataset.sent = "yes";
}, { capture: true });
// A page restored by the back button can be sent again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-once]").forEach((form) => delete form.dataset.sent);
});

// What only works with script is hidden without it; renew.js asks for what came later.
window.unhideComforts = (within) => within.querySelectorAll(".lms-script-only").forEach((element) => {
  if (!element.dataset.copy || navigator.clipboard) element.removeAttribute("hidden");
});
unhideComforts(document);

document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    await navigator.clipboard.writeText(copy.dataset.copy);
    const label = copy.querySelector(".kern-label");
    label.setAttribute("role", "status");
    label.textContent = copy.dataset.done;
  }
  if (event.target.closest("[data-print]")) window.print();
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog?.showModal) {
    event.preventDefault();
    dialog.showModal();
  }
});

// A group of the menu that somebody opened stays open on the next pages of this visit.
document.querySelectorAll("details[data-kept]").forEach((fold) => {
  const name = `fold:${fold.dataset.kept}`;
  if (sessionStorage.getItem(name)) fold.open = true;
  fold.addEventListener("toggle", () => {
    if (fold.open) sessionStorage.setItem(name, "open");
    else sessionStorage.removeItem(name);
  });
});

// The key that leads to the search field of the office, unless somebody is typing.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, textarea, select")) return;
  const field = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (field) {
    event.preventDefault();
    field.focus();
  }
});

// What a trainer's device keeps for rooms without network has names on it: it goes as soon as nobody is signed in.
const forgetKept = () => window.caches?.delete("kursleitung");
if (document.querySelector(".lms-header__tools a:is([href='/einloggen'], [href='/en/einloggen'])")) forgetKept();
document.querySelectorAll("form[action$='/ausloggen'], form[action$='/ueberall-ausloggen']").forEach((form) => {
  form.addEventListener("submit", forgetKept);
});
