// Says how far one is in a questionnaire, and keeps what was typed in this tab until it is sent. Nothing depends on it.
"use strict";

(() => {
  const form = document.querySelector("[data-survey]");
  if (!form) return;
  const line = form.querySelector("[data-count]");
  const place = `survey:${location.pathname}`;
  const fields = [...form.elements].filter((one) => one.name.startsWith("frage_"));
  const names = [...new Set(fields.map((one) => one.name))];

  const values = () => Object.fromEntries(names.map((name) => [name, new FormData(form).get(name) || ""]));

  const count = () => {
    const done = Object.values(values()).filter((one) => one.trim()).length;
    line.textContent = form.dataset.counted.replace("{done}", done).replace("{all}", names.length);
    line.hidden = false;
  };

  const keep = () => {
    count();
    try {
      sessionStorage.setItem(place, JSON.stringify(values()));
    } catch {
      // a browser that keeps nothing still sends the form
    }
  };

  const bringBack = () => {
    let kept = {};
    try {
      kept = JSON.parse(sessionStorage.getItem(place) || "{}");
    } catch {
      return;
    }
    const typed = Object.values(values()).some((one) => one);
    for (const field of typed ? [] : fields) {
      if (field.type === "radio") field.checked = kept[field.name] === field.value;
      else field.value = kept[field.name] || "";
    }
  };

  bringBack();
  count();
  form.addEventListener("input", keep);
  form.addEventListener("submit", () => {
    try {
      sessionStorage.removeItem(place);
    } catch {
      // see above
    }
  });
})();
