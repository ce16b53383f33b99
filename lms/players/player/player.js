// The player at the address of packages: talks with our page around it, and with nobody else.
// What runs beside it in this origin is somebody else's package. It may pretend to be this script; all it gains is to say how its
// own lesson stands, and our page and our service bound even that.
"use strict";

window.LmsPlayer = (() => {
  const about = document.documentElement.dataset;
  const kinds = {};
  let nonce = "";
  let playing = null;

  function tell(type, more = {}) {
    window.parent.postMessage({ type, nonce, ...more }, about.shownBy);
  }

  // ---- what the page wants

  window.addEventListener("message", (event) => {
    if (event.origin !== about.shownBy || event.source !== window.parent) return;
    const said = event.data;
    if (!said || typeof said !== "object") return;
    if (said.type === "start" && !nonce && typeof said.nonce === "string") nonce = said.nonce;
    if (!nonce || said.nonce !== nonce) return;
    if (said.type === "start") start(said);
    else if (said.type === "stop") stop();
    else if (said.type === "flush") playing?.flush?.();
  });

  function start(said) {
    document.documentElement.lang = said.language || "de";
    document.title = said.part.title;
    Promise.resolve()
      .then(() => kinds[about.kind](said, { tell, about }))
      .then((one) => (playing = one))
      .catch((trouble) => tell("trouble", { message: String(trouble).slice(0, 300) }));
  }

  async function stop() {
    await playing?.stop?.();
    playing = null;
    tell("stopped");
  }

  // Leaving: the last state goes before the browser may end this page.
  document.addEventListener("visibilitychange", () => document.hidden && playing?.flush?.());
  window.addEventListener("pagehide", () => playing?.flush?.());
  document.addEventListener("DOMContentLoaded", () => tell("ready"));

  return { register: (names, play) => names.forEach((name) => (kinds[name] = play)) };
})();
