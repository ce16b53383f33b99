// Dragging questions of a quiz. Without it there are the buttons Up and Down.
"use strict";

(() => {
  const form = document.getElementById("platz");
  const lists = [...document.querySelectorAll("[data-group]")];
  if (!form || !lists.length) return;
  let dragged = null;

  const clear = () => {
    document.querySelectorAll(".lms-above").forEach((item) => item.classList.remove("lms-above"));
    lists.forEach((list) => list.classList.remove("lms-into"));
  };
  const below = (list, y) =>
    [...list.children].find((item) => {
      const box = item.getBoundingClientRect();
      return item !== dragged && y < box.top + box.height / 2;
    });

  document.querySelectorAll("[data-question]").forEach((item) => {
    item.draggable = true;
    item.addEventListener("dragstart", (event) => {
      dragged = item;
      item.classList.add("lms-dragged");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", item.dataset.question);
    });
    item.addEventListener("dragend", () => {
      item.classList.remove("lms-dragged");
      dragged = null;
      clear();
    });
  });

  lists.forEach((list) => {
    list.addEventListener("dragover", (event) => {
      if (!dragged) return;
      event.preventDefault();
      clear();
      list.classList.add("lms-into");
      below(list, event.clientY)?.classList.add("lms-above");
    });
    list.addEventListener("drop", (event) => {
      if (!dragged) return;
      event.preventDefault();
      const others = [...list.children].filter((item) => item !== dragged);
      const before = below(list, event.clientY);
      form.elements.frage.value = dragged.dataset.question;
      form.elements.gruppe.value = list.dataset.group;
      form.elements.stelle.value = Number(list.dataset.from) + (before ? others.indexOf(before) : others.length);
      form.submit();
    });
  });
})();
