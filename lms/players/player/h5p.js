// H5P by h5p-standalone, with the libraries that the package brings. What it says by xAPI about the whole exercise is kept.
"use strict";

window.LmsPlayer.register(["h5p"], async (said, { tell, about }) => {
  const EVERY_SECONDS = 5;
  const OVER = ["completed", "answered", "passed", "mastered"];
  const ID = "lesson";
  const kept = { ...said.data };
  const began = Date.now();
  const before = Number(kept["h5p.seconds"]) || 0;
  let last = JSON.stringify(kept);

  const place = document.createElement("div");
  document.body.replaceChildren(place);
  const state = kept["h5p.state"];
  await new window.H5PStandalone.H5P(place, {
    id: ID,
    h5pJsonPath: about.content.replace(/\/$/, ""),
    frameJs: about.tools + "h5p/frame.bundle.js",
    frameCss: about.tools + "h5p/styles/h5p.css",
    customJs: [about.tools + "player/storage.js"],
    saveFreq: EVERY_SECONDS,
    contentUserData: state ? [{ state }] : undefined,
    frame: false,
    icon: false,
    copyright: true,
  });
  const timer = setInterval(flush, EVERY_SECONDS * 1000);
  window.H5P?.externalDispatcher?.on("xAPI", listen);
  new ResizeObserver(() => tell("height", { height: place.getBoundingClientRect().height })).observe(place);
  tell("shown");

  function listen(event) {
    const statement = event?.data?.statement;
    if (!statement || statement.context?.contextActivities?.parent?.length) return; // one question of several
    const verb = String(statement.verb?.id ?? "").split("/").pop();
    const result = statement.result;
    if (!result || !OVER.includes(verb)) return;
    if (result.completion !== false) kept["h5p.completed"] = "true";
    if (typeof result.success === "boolean") kept["h5p.success"] = String(result.success);
    if (Number.isFinite(result.score?.scaled)) kept["h5p.score.scaled"] = result.score.scaled.toFixed(4);
    setTimeout(flush, 300); // the exercise writes its state a moment later
  }

  function flush() {
    const found = window.H5PIntegration?.contents?.[`cid-${ID}`]?.contentUserData?.[0]?.state;
    if (typeof found === "string") kept["h5p.state"] = found;
    const now = JSON.stringify(kept);
    if (now === last) return;
    last = now;
    tell("save", { part: said.part.id, data: { ...kept, "h5p.seconds": String(before + Math.round((Date.now() - began) / 1000)) } });
  }

  return {
    flush,
    stop: () => {
      flush();
      clearInterval(timer);
      place.remove();
    },
  };
});
