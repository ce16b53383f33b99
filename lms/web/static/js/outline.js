// The outline: chapters and lessons dragged by their handle. Without this file the buttons do the same.
"use strict";

(() => {
  const outline = document.querySelector("[data-order]");
  if (!outline) return;

  const said = document.querySelector("[data-order-said]");
  const token = document.querySelector("input[name=_csrf_token]").value;
  let dragged = null;

  function say(words) {
    said.hidden = false;
    said.textContent = words;
  }

  async function send(item) {
    const form = new FormData();
    const isChapter = item.matches("[data-chapter]");
    form.set("_csrf_token", token);
    form.set("art", isChapter ? "kapitel" : "lektion");
    form.set("was", isChapter ? item.dataset.chapter : item.dataset.lesson);
    if (!isChapter) form.set("kapitel", item.closest("[data-chapter]").dataset.chapter);
    form.set("platz", [...item.parentElement.children].indexOf(item));
    try {
      const answer = await fetch(outline.dataset.order, { method: "POST", body: form });
      say(answer.ok && !answer.redirected ? said.dataset.saved : said.dataset.failed);
    } catch {
      say(said.dataset.failed);
    }
  }

  // Where the dragged thing would come: before the first one whose middle lies below the pointer.
  function after(list, kind, y) {
    return [...list.children].filter((one) => one !== dragged && one.matches(kind)).find((one) => {
      const box = one.getBoundingClientRect();
      return y < box.top + box.height / 2;
    }) ?? null;
  }

  outline.querySelectorAll("[data-handle]").forEach((handle) => {
    const item = handle.closest("[data-lesson], [data-chapter]");
    handle.addEventListener("pointerdown", () => (item.draggable = true));
    handle.addEventListener("pointerup", () => (item.draggable = false));
  });
  outline.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[draggable=true]");
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    dragged.classList.add("is-dragged");
  });
  outline.addEventListener("dragover", (event) => {
    if (!dragged) return;
    const isChapter = dragged.matches("[data-chapter]");
    const list = isChapter ? outline : event.target.closest("[data-chapter]")?.querySelector("[data-lessons]");
    if (!list) return;
    event.preventDefault();
    list.insertBefore(dragged, after(list, isChapter ? "[data-chapter]" : "[data-lesson]", event.clientY));
  });
  outline.addEventListener("drop", (event) => event.preventDefault());
  outline.addEventListener("dragend", () => {
    if (!dragged) return;
    dragged.classList.remove("is-dragged");
    dragged.draggable = false;
    send(dragged);
    dragged = null;
  });
})();
