// SCORM 1.2 and 2004 by scorm-again: the part lies in a frame below this page, where it looks for its API in the frames above.
"use strict";

window.LmsPlayer.register(["scorm_12", "scorm_2004"], (said, { tell, about }) => {
  const is12 = about.kind === "scorm_12";
  const NAMES = is12 ? { api: "API", end: "lmsFinish", event: "LMSSetValue" } : { api: "API_1484_11", end: "lmsFinish", event: "SetValue" };
  const NOT_KEPT = /(^|\.)(_children|_count|_version)$/;
  const AGAIN = ["cmi.core.session_time", "cmi.session_time", "cmi.core.exit", "cmi.exit", "cmi.core.entry", "cmi.entry"];
  const MOST_KEPT = 200_000; // in signs; the service takes 256,000 with the names
  const SILENT_AFTER = 60 * 1000; // some begin only once somebody presses a button
  const { part, data, learner } = said;
  const others = Array.isArray(said.others) ? said.others : [];
  let frame = null;
  let last = "";
  let isStopped = false; // we end the session, and not the part itself

  // What the library would send to an address goes to the page instead; it answers at once, and the page sees to the rest.
  const post = {
    processHttpRequest(_url, commit) {
      save(commit);
      return { result: "true", errorCode: 0 };
    },
    updateSettings() {},
  };

  const api = new (is12 ? window.Scorm12API : window.Scorm2004API)({
    autocommit: true,
    autocommitSeconds: 2,
    lmsCommitUrl: "page:",
    dataCommitFormat: "flattened",
    sendFullCommit: true,
    alwaysSendTotalTime: true,
    logLevel: 5,
    // A part that says when it is over and never how it stands is completed then (SCORM 1.2 RTE 3.4.4, cmi.core.lesson_status).
    autoCompleteLessonStatus: true,
    scoItemIdValidator: (id) => others.includes(id), // any part may be chosen, as in the list
    httpService: post,
  });
  api.loadFromFlattenedJSON(before());
  window[NAMES.api] = api;

  function before() {
    const known = Object.fromEntries(Object.entries(data).filter(([name]) => name.startsWith("cmi.") && !NOT_KEPT.test(name)));
    const resumes = Object.keys(known).length > 0;
    for (const name of AGAIN) delete known[name];
    const given = is12
      ? {
          "cmi.core.student_id": learner,
          "cmi.core.lesson_mode": "normal",
          "cmi.core.credit": "credit",
          "cmi.core.entry": resumes ? "resume" : "ab-initio",
          "cmi.launch_data": part.launch_data,
          "cmi.student_data.mastery_score": part.mastery ?? "",
          "cmi.student_data.max_time_allowed": part.max_time,
          "cmi.student_data.time_limit_action": part.limit_action,
        }
      : {
          "cmi.learner_id": learner,
          "cmi.mode": "normal",
          "cmi.credit": "credit",
          "cmi.entry": resumes ? "resume" : "ab-initio",
          "cmi.launch_data": part.launch_data,
          "cmi.scaled_passing_score": part.passing ?? "",
          "cmi.completion_threshold": part.threshold ?? "",
          "cmi.max_time_allowed": part.max_time,
          "cmi.time_limit_action": part.limit_action,
        };
    for (const [name, value] of Object.entries(given)) if (value !== "") known[name] = String(value);
    return known;
  }

  function save(commit) {
    const found = {};
    for (const [name, value] of Object.entries(commit)) {
      if (NOT_KEPT.test(name) || value === null || value === undefined || value === "") continue;
      if (typeof value !== "object") found[name] = String(value);
    }
    let text = JSON.stringify(found);
    if (text.length > MOST_KEPT) {
      // Single answers are the longest part, and nothing depends on them; how the part stands must not be lost for them.
      for (const name of Object.keys(found)) if (name.startsWith("cmi.interactions.")) delete found[name];
      text = JSON.stringify(found);
    }
    if (text === last) return;
    last = text;
    tell("save", { part: part.id, data: found });
  }

  function flush() {
    if (api.isInitialized()) save(api.renderCommitCMI(false, true));
  }

  function end() {
    isStopped = true;
    api.settings.autoCompleteLessonStatus = false;
    if (api.isInitialized()) api[NAMES.end]();
  }

  if (!is12) {
    api.on("SequenceNext", () => tell("next"));
    api.on("SequencePrevious", () => tell("before"));
    for (const way of ["SequenceChoice", "SequenceJump"]) api.on(way, (target) => tell("go", { part: String(target) }));
    // The same for SCORM 2004 (Sequencing and Navigation, UP.4: what reports no completion is complete when it ends).
    api.on("BeforeTerminate", () => {
      if (!isStopped && api.cmi.completion_status === "unknown") api.cmi.completion_status = "completed";
    });
    const at = others.indexOf(part.id);
    const may = api.adl.nav.request_valid;
    may.continue = String(at < others.length - 1);
    may.previous = String(at > 0);
  }

  function opened() {
    tell("save", { part: part.id, data: { "part.opened": "true" } });
  }

  // Some packages promise to report and never do; nobody could ever finish them.
  function isSilent() {
    return !isStopped && api.isNotInitialized() && Object.keys(data).length === 0;
  }

  frame = document.createElement("iframe");
  frame.className = "part";
  frame.title = part.title;
  frame.name = "part";
  frame.src = about.content + part.address;
  frame.addEventListener("load", () => {
    if (!part.reports) opened();
    else setTimeout(() => isSilent() && opened(), SILENT_AFTER);
    tell("shown");
  });
  document.body.replaceChildren(frame);

  return {
    flush,
    // The part is closed first, as it may have something to say when it goes; then the session ends for it if it has not.
    stop: () =>
      new Promise((done) => {
        frame.addEventListener("load", () => done(end()), { once: true });
        frame.src = "about:blank";
        setTimeout(() => done(end()), 2000);
      }),
  };
});
