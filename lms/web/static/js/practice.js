// The list of those who need help asks again by itself; without this file one reloads the page.
"use strict";

const EVERY_SECONDS = 15;

document.querySelectorAll("[data-again]").forEach((part) => {
  const ask = async () => {
    if (document.hidden || part.contains(document.activeElement)) return; // nobody loses the button under their finger
    let answer;
    try {
      answer = await fetch(part.dataset.again, { headers: { accept: "text/html" } });
    } catch {
      return; // no network: the next time perhaps
    }
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body;
    if (fresh.textContent.replace(/\s+/g, " ") === part.textContent.replace(/\s+/g, " ")) return;
    part.replaceChildren(...fresh.childNodes);
  };
  if (part.dataset.now !== undefined) ask();
  setInterval(ask, EVERY_SECONDS * 1000);
});
