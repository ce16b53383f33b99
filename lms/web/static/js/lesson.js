// Comfort only: remembers the heading that is being read, so that "Weiter lernen" leads there on any device.
"use strict";

const form = document.querySelector("form[data-place]");
const headings = [...document.querySelectorAll(".lesson :is(h2, h3, h4, h5, h6)[id]")];

if (form) {
  const named = decodeURIComponent(location.hash.slice(1));
  let place = headings.some((one) => one.id === named) ? named : form.dataset.kept;
  let sent = null;
  let waiting = 0;

  const send = () => {
    if (place === sent) return;
    sent = place;
    const data = new URLSearchParams(new FormData(form));
    data.set("place", place);
    data.set("by", "script");
    // what cannot be sent now is sent with the next heading
    fetch(form.action, { method: "POST", body: data, keepalive: true }).catch(() => { sent = null; });
  };

  const look = () => {
    const above = headings.filter((one) => one.getBoundingClientRect().top < innerHeight / 3).at(-1);
    if (!above) return; // still at the top: the place that was kept stays
    place = above.id;
    clearTimeout(waiting);
    waiting = setTimeout(send, 1500);
  };

  send();
  addEventListener("scroll", look, { passive: true });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") send();
  });
}
