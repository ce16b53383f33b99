// Work that goes on by itself: how far it is is renewed in place, and said now and then; once it has ended, what is to be
// read takes its place without a jump. Nothing is loaded anew under anybody's hands (WCAG 2.2.1, 3.2.5).
"use strict";

(() => {
  const SAY_AGAIN = 20_000;
  const main = document.querySelector("main");
  const region = main.querySelector("[data-renew]");
  if (!region) return;
  const said = document.createElement("p");
  said.className = "kern-sr-only";
  said.setAttribute("role", "status");
  main.append(said);
  let lastSaid = Date.now();
  const words = (element) => element?.textContent.replace(/\s+/g, " ").trim() ?? "";

  const isChanged = (field) =>
    ["checkbox", "radio"].includes(field.type) ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
  const isBeingFilledIn = () => [...main.querySelectorAll("input, textarea")].some(isChanged);

  const ended = (fresh) => {
    const had = main.contains(document.activeElement);
    main.replaceChildren(...fresh.querySelector("main").childNodes, said);
    document.title = fresh.title;
    window.unhideComforts(main);
    if (had) main.focus({ preventScroll: true });
    said.textContent = words(main.querySelector("h1 ~ *"));
  };

  const opened = (open) => {
    region.replaceChildren(...open.childNodes);
    open.remove();
    said.textContent = words(region);
  };

  const renew = async () => {
    const answer = await fetch(region.dataset.renewFrom, { redirect: "manual", headers: { accept: "text/html" } });
    const open = document.querySelector("[data-renew-open]");
    if (answer.type === "opaqueredirect" && open) {
      opened(open.content);
      return false;
    }
    if (!answer.ok) return true; // signed out, or a fault: what is shown stays, and the link says what happened
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = fresh.querySelector("main [data-renew]");
    if (!now) {
      if (isBeingFilledIn()) return true; // nothing that somebody typed or chose is thrown away
      ended(fresh);
      return false;
    }
    region.replaceChildren(...now.childNodes);
    if (Date.now() - lastSaid >= SAY_AGAIN) {
      lastSaid = Date.now();
      said.textContent = words(region);
    }
    return true;
  };

  const later = () => setTimeout(async () => {
    const goesOn = document.hidden || (await renew().catch(() => true)); // no connection: once more, later
    if (goesOn) later();
  }, Number(region.dataset.renew) * 1000);
  later();
})();
