// The screen in the waiting room: whoever is newly called is shown moving for a moment, and a sound is heard where somebody
// has switched it on. Without this file the page says the same and is renewed by its link.
"use strict";

(() => {
  const board = document.querySelector("[data-renew]");
  const button = document.querySelector("[data-sound]");
  if (!board || !button) return;
  const keys = () => new Set([...board.querySelectorAll("[data-called]")].map((one) => one.dataset.called));
  let known = keys();
  let sounds = null;

  const ring = () => {
    if (!sounds) return;
    for (const [index, pitch] of [660, 880].entries()) {
      const at = sounds.currentTime + index * 0.25;
      const tone = sounds.createOscillator();
      const volume = sounds.createGain();
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.2, at);
      volume.gain.exponentialRampToValueAtTime(0.001, at + 0.5);
      tone.connect(volume).connect(sounds.destination);
      tone.start(at);
      tone.stop(at + 0.5);
    }
  };

  button.addEventListener("click", () => {
    if (sounds) {
      sounds.close();
      sounds = null;
    } else {
      sounds = new AudioContext();
      ring();
    }
    button.querySelector(".kern-label").textContent = sounds ? button.dataset.on : button.dataset.off;
  });

  new MutationObserver(() => {
    const now = keys();
    const fresh = [...now].filter((key) => !known.has(key));
    known = now;
    if (!fresh.length) return;
    for (const one of board.querySelectorAll("[data-called]")) {
      if (fresh.includes(one.dataset.called)) one.classList.add("queue-screen__new");
    }
    ring();
  }).observe(board, { childList: true });
})();
