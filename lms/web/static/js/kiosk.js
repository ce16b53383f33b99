// A public tablet wipes itself: after two minutes without a touch it asks, after three it deletes everything.
// Without this file the house forgets after three minutes all the same; the page stands until somebody leaves it.
"use strict";

(() => {
  const idle = Number(document.body.dataset.idleSeconds) * 1000;
  const dialog = document.getElementById("noch-da");
  const goOn = document.getElementById("noch-da-weiter");
  const end = document.getElementById("noch-da-ende");
  if (!idle || !dialog || document.body.dataset.visit === undefined) return;
  const start = document.querySelector(".lms-name").href;
  const isLastPage = document.body.dataset.shownOnce !== undefined;
  const MINUTE = 60_000;
  const SAY_AGAIN = 30_000;
  let touched = Date.now();
  let said = Date.now();

  const say = () => {
    said = Date.now();
    fetch(goOn.action, { method: "POST", body: new URLSearchParams(new FormData(goOn)) }).catch(() => {});
  };
  const touch = () => {
    if (dialog.open) return; // who is asked has to answer
    touched = Date.now();
    if (touched - said > SAY_AGAIN) say();
  };
  for (const what of ["pointerdown", "keydown", "scroll", "input", "touchmove"]) {
    document.addEventListener(what, touch, { passive: true, capture: true });
  }
  const stay = (event) => {
    event.preventDefault();
    dialog.close();
    touched = Date.now();
    say();
  };
  goOn.addEventListener("submit", stay);
  dialog.addEventListener("cancel", stay);
  // The start takes the place of the last page: the way back from it must not end at a slip that cannot be shown again.
  const leave = async () => {
    document.querySelectorAll("form").forEach((form) => form.reset());
    const sent = { method: "POST", body: new URLSearchParams(new FormData(end)), redirect: "manual" };
    await fetch(end.action, sent).catch(() => {});
    location.replace(start);
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form === goOn || (form.action !== end.action && !isLastPage)) return;
    event.preventDefault();
    leave();
  });
  document.addEventListener("click", (event) => {
    const link = isLastPage && event.target.closest("a[href]");
    if (!link) return;
    event.preventDefault();
    if (link.hash) document.querySelector(link.hash).focus(); // to the content, without one more step on the way back
    else leave();
  });
  const watch = setInterval(() => {
    const quiet = Date.now() - touched;
    if (quiet >= idle) {
      clearInterval(watch);
      leave();
    } else if (quiet >= idle - MINUTE && !dialog.open) dialog.showModal();
  }, 1000);
  // a page out of the browser's memory shows what somebody else has seen: ask the house anew
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.replace(location.href);
  });
})();
