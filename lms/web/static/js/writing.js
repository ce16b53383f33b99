// The editor of a lesson: shows the text at once, keeps it while somebody writes, inserts where the cursor is.
// What cannot be sent (no connection, signed out) stays on this device until it is saved. Without this file every act has its button.
"use strict";

(() => {
  const form = document.querySelector("form[data-editor]");
  const text = form?.elements.text;
  if (!text || text.type === "hidden") return;

  const here = form.dataset.editor;
  const preview = form.querySelector("[data-preview]");
  const kept = form.querySelector("[data-kept]");
  const found = form.querySelector("[data-found]");
  const store = `lms-lesson-${form.dataset.lesson}`;
  const SOON_MS = 400;
  const KEEP_MS = 4000;
  const said = () => JSON.stringify([form.elements.title.value, text.value]);
  // The server trims what it keeps: only words count, not the spaces at their ends.
  const words = (one) => JSON.stringify(JSON.parse(one).map((part) => part.replace(/\r\n?/g, "\n").trim()));
  let last = said();
  let isOff = Boolean(form.dataset.both); // two versions are on the page: only a decision saves
  let previewing;
  let keeping;
  let isSending = false;

  form.querySelectorAll("button[name=act][value=vorschau]").forEach((button) => button.remove());

  function remember() {
    try {
      localStorage.setItem(store, JSON.stringify({ said: said(), version: form.elements.version.value }));
    } catch {
      // a device that keeps nothing still sends
    }
  }

  function forget() {
    try {
      localStorage.removeItem(store);
    } catch {
      // as above
    }
  }

  async function show() {
    previewing?.abort();
    previewing = new AbortController();
    try {
      const answer = await fetch(`${here}/vorschau`, { method: "POST", body: new FormData(form), signal: previewing.signal });
      if (answer.ok && !answer.redirected) preview.innerHTML = await answer.text();
    } catch {
      // the next change asks again
    }
  }

  async function keep() {
    if (isOff || isSending || said() === last) return;
    const sent = said();
    isSending = true;
    try {
      const answer = await fetch(`${here}/sichern`, { method: "POST", body: new FormData(form), headers: { accept: "application/json" } });
      if (answer.ok && !answer.redirected) {
        const { version, time } = await answer.json();
        form.elements.version.value = version;
        last = sent;
        if (said() === sent) forget();
        kept.textContent = form.dataset.saved.replace("{time}", time);
      } else if (answer.status === 409) {
        isOff = true;
        kept.textContent = form.dataset.stale;
      } else {
        kept.textContent = answer.redirected || answer.status === 401 || answer.status === 403 ? form.dataset.out : form.dataset.failed;
      }
    } catch {
      kept.textContent = form.dataset.away;
    }
    isSending = false;
    if (said() !== last && !isOff) later();
  }

  function later() {
    clearTimeout(keeping);
    keeping = setTimeout(keep, KEEP_MS);
  }

  let soon;
  function changed() {
    remember();
    clearTimeout(soon);
    soon = setTimeout(show, SOON_MS);
    later();
  }

  text.addEventListener("input", changed);
  form.elements.title.addEventListener("input", changed);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && keep());
  window.addEventListener("online", keep);
  form.addEventListener("submit", () => {
    isOff = true;
    remember();
  });

  // What was typed here and never arrived is offered; when it arrived meanwhile, it is forgotten.
  try {
    const held = JSON.parse(localStorage.getItem(store) ?? "null");
    if (held && words(held.said) === words(said())) forget();
    else if (held && !form.dataset.both) found.hidden = false;
    found.querySelector("[data-take]").addEventListener("click", () => {
      [form.elements.title.value, text.value] = JSON.parse(held.said);
      // the version on which it was written: whoever saved meanwhile is not overwritten unseen
      form.elements.version.value = held.version;
      found.hidden = true;
      changed();
      text.focus();
    });
    found.querySelector("[data-drop]").addEventListener("click", () => {
      forget();
      found.hidden = true;
    });
  } catch {
    forget();
  }

  function insert(block, isWithinText) {
    const start = text.selectionStart;
    if (isWithinText) {
      text.setRangeText(block, start, text.selectionEnd, "end");
      text.focus();
      changed();
      return;
    }
    const before = text.value.slice(0, start).trimEnd();
    const rest = text.value.slice(text.selectionEnd).trimStart();
    const head = before ? `${before}\n\n` : "";
    text.value = `${head}${block}\n${rest ? `\n${rest}` : ""}`;
    const at = head.length + block.length + 1;
    text.focus();
    text.setSelectionRange(at, at);
    changed();
  }

  function complain(part, problems) {
    part.querySelectorAll("[data-missing]").forEach((one) => one.remove());
    problems.forEach(([anchor, words], index) => {
      const field = document.getElementById(anchor);
      const line = document.createElement("p");
      line.className = "kern-error";
      line.dataset.missing = "";
      line.setAttribute("role", "alert");
      const sign = document.createElement("span");
      sign.className = "kern-icon kern-icon--danger kern-icon--default";
      sign.setAttribute("aria-hidden", "true");
      const said = document.createElement("span");
      said.className = "kern-body";
      said.textContent = words;
      line.append(sign, said);
      (field?.closest(".kern-form-input, .kern-fieldset") ?? part).append(line);
      if (!index) field?.focus();
    });
  }

  form.querySelectorAll("[data-insert]").forEach((part) => {
    const button = part.querySelector("button[name=act]");
    button.addEventListener("click", async (event) => {
      event.preventDefault();
      const data = new FormData(form);
      data.set("act", button.value);
      try {
        const answer = await fetch(`${here}/baustein`, { method: "POST", body: data });
        if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
        const { block, problems } = await answer.json();
        complain(part, problems);
        if (block === null) return;
        insert(block, part.dataset.insert === "link");
        part.open = false;
        part.querySelectorAll("input:not([type=checkbox], [type=radio]), textarea, select").forEach((field) => (field.value = ""));
      } catch {
        kept.textContent = form.dataset.failed;
      }
    });
  });

  // A description that is known already is proposed; one that somebody typed stays.
  const described = JSON.parse(form.dataset.described ?? "{}");
  const alt = form.elements.picture_alt;
  let proposed = "";
  form.elements.picture_file?.addEventListener("change", (event) => {
    if (alt.value && alt.value !== proposed) return;
    alt.value = proposed = described[event.target.value] ?? "";
  });

  // Files are uploaded in another window: whoever comes back finds them in the lists.
  window.addEventListener("focus", async () => {
    const open = form.querySelector("[data-insert][open]");
    if (!open?.querySelector("select")) return;
    try {
      const answer = await fetch(here);
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      Object.assign(described, JSON.parse(page.querySelector("form[data-editor]").dataset.described ?? "{}"));
      form.querySelectorAll("[data-insert] select").forEach((list) => {
        const chosen = list.value;
        list.replaceChildren(...page.getElementById(list.id).children);
        list.value = chosen;
      });
    } catch {
      // the lists stay as they are
    }
  });

  // A line of the list of problems leads into the text.
  preview.addEventListener("click", (event) => {
    const link = event.target.closest("[data-line]");
    if (!link) return;
    event.preventDefault();
    const lines = text.value.split("\n");
    const start = lines.slice(0, link.dataset.line - 1).join("\n").length + (link.dataset.line > 1 ? 1 : 0);
    text.focus();
    text.setSelectionRange(start, start + (lines[link.dataset.line - 1] ?? "").length);
    text.scrollTop = (link.dataset.line - 3) * (parseFloat(getComputedStyle(text).lineHeight) || 24);
  });
})();
