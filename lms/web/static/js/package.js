// A package of somebody else's in a frame of another origin. This page alone speaks with our service: the frame says how its part
// stands, we believe it for this one lesson, and send it on. Without this file the page says that the exercise needs it.
"use strict";

(() => {
  const box = document.querySelector("[data-package]");
  if (!box) return;

  const SILENT_AFTER = 20 * 1000;
  const APART = 2500; // reports that follow each other closer are sent as one
  const AGAIN_AFTER = [2, 5, 10, 20, 30].map((seconds) => seconds * 1000);
  const A_MINUTE = 60 * 1000;
  const MOST_KEPT_ALIVE = 60 * 1000; // browsers send no more than 64 KB when a page goes
  const about = JSON.parse(box.dataset.package);
  const frame = box.querySelector("[data-frame]");
  const room = box.querySelector("[data-room]");
  const large = box.querySelector("[data-large]");
  const says = box.querySelector("[data-says]");
  const sentence = document.getElementById("stand");
  const nonce = [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
  const waiting = new Map(); // what each part has reported and the service has not taken yet
  const revisions = new Map();
  let playing = null;
  let isReady = false;
  let isOver = false; // another window has gone on, or the package was replaced
  let tries = 0;
  let timer;
  let sending = null;
  let lastSent = 0;
  let stopped = null;

  const silent = setTimeout(() => say("silent"), SILENT_AFTER);

  function say(name) {
    says.textContent = name ? about.words[name] : "";
    says.hidden = !name;
  }

  // ---- what the frame says

  window.addEventListener("message", (event) => {
    if (event.origin !== about.origin || event.source !== frame.contentWindow) return;
    const said = event.data;
    if (!said || typeof said !== "object") return;
    if (said.type === "ready") return ready();
    if (said.nonce !== nonce) return;
    if (said.type === "save") keep(said);
    else if (said.type === "shown") shown();
    else if (said.type === "height") grow(said.height);
    else if (said.type === "stopped") stopped?.();
    else if (said.type === "trouble") say("trouble");
    else if (said.type === "next") step(1);
    else if (said.type === "before") step(-1);
    else if (said.type === "go" && about.parts.some((one) => one.id === said.part)) change(said.part);
  });

  function ready() {
    if (isReady) return; // whatever loads itself anew in there does not get a second start
    isReady = true;
    open(about.first);
  }

  function shown() {
    clearTimeout(silent);
    if (says.textContent === about.words.loading || says.textContent === about.words.silent) say("");
    large.hidden = false;
  }

  function grow(height) {
    if (Number.isFinite(height) && !room.classList.contains("lms-package__room--large"))
      frame.style.height = `${Math.min(Math.max(Math.ceil(height) + 8, 200), 6000)}px`;
  }

  function tell(type, more = {}) {
    frame.contentWindow?.postMessage({ type, nonce, ...more }, about.origin);
  }

  // ---- parts

  async function open(id) {
    const part = about.parts.find((one) => one.id === id) ?? about.parts[0];
    let state = { revision: 0, data: {} };
    if (about.save) {
      try {
        const answer = await fetch(`${about.save}?teil=${encodeURIComponent(part.id)}`, { headers: { accept: "application/json" } });
        if (!answer.ok) return say(answer.status === 401 ? "signed_out" : "refused");
        state = await answer.json();
      } catch {
        return say("silent");
      }
    }
    revisions.set(part.id, state.revision);
    playing = part;
    for (const button of box.querySelectorAll("[data-part]"))
      if (button.dataset.part === part.id) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    const others = about.parts.map((one) => one.id);
    tell("start", { part, others, data: state.data, learner: about.learner, language: about.language });
  }

  async function change(id) {
    if (!playing || id === playing.id || isOver) return;
    say("loading");
    await new Promise((done) => {
      stopped = done;
      setTimeout(done, 4000);
      tell("stop");
    });
    await flush();
    await open(id);
    frame.focus();
  }

  function step(by) {
    const next = about.parts[about.parts.indexOf(playing) + by];
    if (next) change(next.id);
  }

  for (const button of box.querySelectorAll("[data-part]")) button.addEventListener("click", () => change(button.dataset.part));

  // ---- saving

  function keep(said) {
    if (!about.save || isOver || !playing || said.part !== playing.id || !said.data || typeof said.data !== "object") return;
    waiting.set(said.part, { data: said.data, key: crypto.randomUUID?.() ?? nonce + Date.now() });
    if (!timer) timer = setTimeout(flush, Math.max(0, lastSent + APART - Date.now()));
  }

  async function flush() {
    clearTimeout(timer);
    timer = undefined;
    while (sending) await sending;
    if (!waiting.size || isOver) return;
    sending = send().finally(() => (sending = null));
    await sending;
  }

  async function send() {
    for (const [part, report] of [...waiting]) {
      lastSent = Date.now();
      const body = JSON.stringify({ package: about.package, part, based_on: revisions.get(part) ?? 0, ...report });
      let answer;
      try {
        answer = await fetch(about.save, {
          method: "POST",
          headers: { accept: "application/json", "content-type": "application/json", "x-csrftoken": about.csrf },
          body,
          keepalive: body.length < MOST_KEPT_ALIVE,
        });
      } catch {
        return later("away");
      }
      if (answer.ok) taken(part, report, await answer.json());
      else if (answer.status === 429) return later("often", A_MINUTE);
      else if (answer.status >= 500) return later("away");
      else if (answer.status === 401) return later("signed_out");
      else if (answer.status === 403 && (await hasNewToken(part))) return later("away", 0);
      else {
        isOver = answer.status !== 413;
        waiting.delete(part);
        return say("refused");
      }
    }
  }

  // Whoever has signed in again, in another window, sends with another token.
  async function hasNewToken(part) {
    try {
      const answer = await fetch(`${about.save}?teil=${encodeURIComponent(part)}`, { headers: { accept: "application/json" } });
      const { csrf } = answer.ok ? await answer.json() : {};
      const isNew = Boolean(csrf) && csrf !== about.csrf;
      if (isNew) about.csrf = csrf;
      return isNew;
    } catch {
      return false;
    }
  }

  function later(words, after = AGAIN_AFTER[Math.min(tries, AGAIN_AFTER.length - 1)]) {
    tries += 1;
    say(words);
    clearTimeout(timer);
    timer = setTimeout(flush, after);
  }

  function taken(part, report, told) {
    if (waiting.get(part) === report) waiting.delete(part);
    else if (!timer) timer = setTimeout(flush, APART); // the part has said more meanwhile
    if (tries) say("back");
    tries = 0;
    revisions.set(part, told.revision);
    if (sentence && sentence.textContent !== told.sentence) sentence.textContent = told.sentence;
    for (const [id, status] of Object.entries(told.parts)) {
      const place = box.querySelector(`[data-status="${CSS.escape(id)}"]`);
      if (place) place.textContent = status;
    }
    if (told.outcome === "elsewhere") {
      isOver = true;
      say("elsewhere");
    }
  }

  window.addEventListener("online", flush);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) tell("flush");
    setTimeout(flush, document.hidden ? 50 : 0);
  });
  window.addEventListener("pagehide", flush);
  window.addEventListener("beforeunload", (event) => {
    if (waiting.size && tries) event.preventDefault(); // nobody has taken it yet
  });

  // ---- large and small: without the browser's own full screen, which phones do not have for frames

  function enlarge(isLarge) {
    room.classList.toggle("lms-package__room--large", isLarge);
    document.documentElement.classList.toggle("lms-package-large", isLarge);
    large.setAttribute("aria-pressed", String(isLarge));
    large.querySelector(".kern-label").textContent = about.words[isLarge ? "small" : "large"];
    large.focus();
  }

  large.addEventListener("click", () => enlarge(large.getAttribute("aria-pressed") !== "true"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && large.getAttribute("aria-pressed") === "true") enlarge(false);
  });
  box.querySelector('a[href="#nach-der-uebung"]').addEventListener("click", () => enlarge(false));

  document.querySelector("[data-without-script]").hidden = true;
  box.hidden = false;
  frame.src = about.address;
})();
