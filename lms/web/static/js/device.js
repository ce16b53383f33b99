// A trainer's device in a room without network. Pages of today's and the next sessions are put aside, entries wait here until
// they are sent. Entries are sealed with a key that only the account's own pages bring: after signing out nobody reads them,
// and nobody else sends them. Without this file every page works by links and forms.
"use strict";

(() => {
  const box = document.querySelector("[data-device]");
  if (!box || !("caches" in window) || !("indexedDB" in window) || !window.crypto?.subtle) return;

  const CACHE = "kursleitung";
  const STORE = "entries";
  const KEPT_AT = "x-kept-at";
  const DAY = 24 * 60 * 60 * 1000;
  const KEEP_ENTRIES_FOR = 30 * DAY; // shorter than the service remembers which of them have arrived
  const FRESH_FOR = 10 * 60 * 1000;
  const AGAIN_AFTER = 15 * 1000;
  const MOST_AT_ONCE = 200;
  const door = box.dataset.device;
  const keptAt = Number(document.documentElement.dataset.keptAt) || 0;
  const listeners = [];
  let me = null;
  let keys = [];
  let database = null;
  let entries = [];
  let isAway = Boolean(keptAt);
  let isSignedOut = false;
  let running = null;
  let timer;

  // ---- where entries are kept

  function opened() {
    return new Promise((done, refuse) => {
      const asked = indexedDB.open("kursleitung", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "id" });
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => refuse(asked.error);
    });
  }

  function within(mode, act) {
    return new Promise((done, refuse) => {
      const transaction = database.transaction(STORE, mode);
      const asked = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => done(asked.result);
      transaction.onerror = () => refuse(transaction.error);
    });
  }

  async function sealed(entry) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, keys[0], new TextEncoder().encode(JSON.stringify(entry)));
    return { id: entry.id, whose: me.whose, at: entry.at, iv, data };
  }

  async function unsealed(row) {
    for (const key of keys) {
      try {
        const data = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv }, key, row.data);
        return JSON.parse(new TextDecoder().decode(data));
      } catch {
        // sealed with another key
      }
    }
    return null;
  }

  async function load() {
    const rows = await within("readonly", (store) => store.getAll());
    const mine = [];
    for (const row of rows) {
      if (Date.now() - row.at > KEEP_ENTRIES_FOR) await within("readwrite", (store) => store.delete(row.id));
      else if (row.whose === me.whose) mine.push(await unsealed(row));
    }
    entries = mine.filter(Boolean).sort((one, other) => one.at - other.at);
  }

  async function keepEntry(entry) {
    const row = await sealed(entry);
    await within("readwrite", (store) => store.put(row));
  }

  async function drop(entry) {
    entries = entries.filter((one) => one.id !== entry.id);
    await within("readwrite", (store) => store.delete(entry.id));
  }

  // ---- who I am, and which pages I need

  async function ask() {
    let answer;
    try {
      answer = await fetch(door, { headers: { accept: "application/json" } });
    } catch {
      return away();
    }
    if (answer.status === 401 || answer.redirected) isSignedOut = true;
    if (answer.status >= 502) return away();
    if (!answer.ok || answer.redirected) return;
    isAway = isSignedOut = false;
    const told = await answer.json();
    const before = await remembered();
    if (before && before.whose !== told.whose) await caches.delete(CACHE); // somebody else sat here
    const cache = await caches.open(CACHE);
    const mine = JSON.stringify({ ...told, csrf: "" });
    if (mine !== JSON.stringify(before)) await cache.put(door, new Response(mine)); // seldom: see keepPages
    await become(told);
  }

  async function away() {
    isAway = true;
    if (!me) {
      const before = await remembered();
      if (before) await become(before);
    }
  }

  async function remembered() {
    const found = (await caches.has(CACHE)) && (await (await caches.open(CACHE)).match(door, { ignoreVary: true }));
    return found ? found.json() : null;
  }

  async function become(told) {
    keys = await Promise.all(told.keys.map(async (words) => {
      const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(words));
      return crypto.subtle.importKey("raw", digest, "AES-GCM", false, ["encrypt", "decrypt"]);
    }));
    me = told;
  }

  async function keepPages(anew = "") {
    if (!me || isAway || isSignedOut) return;
    const cache = await caches.open(CACHE);
    const wanted = new Map(me.keep.map((path) => [path.split("?")[0], path]));
    for (const request of await cache.keys()) {
      const { pathname } = new URL(request.url);
      if (pathname !== door && !pathname.startsWith("/static/") && !wanted.has(pathname)) await cache.delete(request);
    }
    for (const [path, address] of wanted) {
      const former = await cache.keys(path, { ignoreSearch: true, ignoreVary: true });
      const isFresh = former.some((one) => Date.now() - keptSince(one) < FRESH_FOR);
      if (isFresh && path !== anew) continue;
      const answer = await fetch(address);
      if (!answer.ok || answer.redirected) continue;
      const headers = new Headers(answer.headers);
      ["content-encoding", "content-length", "set-cookie"].forEach((name) => headers.delete(name));
      const at = Date.now();
      headers.set(KEPT_AT, String(at));
      const text = await answer.text();
      // Beside what is there, not over it: a page that is closed in the middle of replacing loses both.
      await cache.put(`${path}?${KEPT_AT}=${at}`, new Response(text, { headers }));
      for (const one of former) if (keptSince(one) < at) await cache.delete(one, { ignoreVary: true });
      await keepFiles(cache, text);
    }
  }

  const keptSince = (request) => Number(new URL(request.url).searchParams.get(KEPT_AT));

  async function keepFiles(cache, text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    const named = [...page.querySelectorAll("link[href], script[src]")].map((one) => one.getAttribute("href") ?? one.getAttribute("src"));
    const drawn = performance.getEntriesByType("resource").map((one) => new URL(one.name)).filter((one) => one.origin === location.origin).map((one) => one.pathname + one.search);
    for (const address of new Set([...named, ...drawn])) {
      if (address.startsWith("/static/") && !(await cache.match(address, { ignoreVary: true }))) await cache.add(address).catch(() => {});
    }
  }

  // ---- sending

  const isDecided = (entry) => !entry.conflict && !entry.refused;

  function body(batch) {
    const part = (kind, shape) => batch.filter((one) => one.kind === kind).map(shape);
    return JSON.stringify({
      whose: me.whose,
      marks: part("mark", (one) => ({ id: one.id, session_id: one.session, follows: one.follows, ...one.mark })),
      walk_ins: part("walk_in", (one) => ({ id: one.id, session_id: one.session, name: one.name, phone: one.phone })),
    });
  }

  async function send() {
    clearTimeout(timer);
    for (let tries = 0; me && entries.some(isDecided) && tries < 3; tries += 1) {
      if (!me.csrf || isAway || isSignedOut) await ask();
      if (isAway || isSignedOut || !me.csrf) break;
      const batch = entries.filter(isDecided).slice(0, MOST_AT_ONCE);
      let answer;
      try {
        answer = await fetch(door, {
          method: "POST",
          headers: { accept: "application/json", "content-type": "application/json", "x-csrftoken": me.csrf },
          body: body(batch),
          keepalive: batch.length < 50,
        });
      } catch {
        isAway = true;
        break;
      }
      if (answer.ok) {
        await settle(batch, await answer.json());
        if (batch.every((one) => one.isEarly)) break;
      } else if (answer.status === 401) {
        isSignedOut = true;
        break;
      } else if (answer.status >= 500) {
        isAway = true;
        break;
      } else me.csrf = ""; // an old page: ask who sits here, and try again
    }
    if (entries.some(isDecided)) timer = setTimeout(flush, AGAIN_AFTER);
    paint();
  }

  async function settle(batch, answers) {
    const touched = new Set();
    for (const told of answers) {
      const entry = batch.find((one) => one.id === told.id);
      if (!entry) continue;
      touched.add(entry.session);
      entry.isEarly = told.outcome === "early";
      if (told.outcome === "saved") {
        await drop(entry);
        const newer = entries.find((one) => one.kind === "mark" && one.session === entry.session && one.mark.enrolment_id === entry.mark?.enrolment_id);
        if (newer && !newer.conflict) newer.mark.based_on = told.version;
      } else if (told.outcome !== "early" && entries.includes(entry)) {
        if (told.outcome === "conflict") entry.conflict = told;
        else entry.refused = told.sentence;
        await keepEntry(entry);
      }
      listeners.forEach((tell) => tell(entry, told));
    }
    for (const session of touched) {
      const path = me.keep.find((one) => one.includes(session) && one.includes("/anwesenheit"));
      if (path) await keepPages(path.split("?")[0]).catch(() => {});
    }
  }

  function flush() {
    const turn = () => (navigator.locks ? navigator.locks.request("kursleitung", send) : send());
    running = (running ?? ready).then(turn, turn);
    return running;
  }

  // ---- what the page says

  const clock = (moment) => new Date(moment).toLocaleTimeString("de-DE", { hour: "2-digit", minute: "2-digit" });

  function line(sentence, path) {
    const said = document.createElement("p");
    said.className = "kern-body";
    if (path) {
      const link = said.appendChild(document.createElement("a"));
      link.className = "kern-link";
      link.href = path;
      link.textContent = sentence;
    } else said.textContent = sentence;
    return said;
  }

  function paint() {
    const words = box.dataset;
    const waiting = entries.filter(isDecided);
    const open = entries.filter((one) => !isDecided(one));
    const lines = [];
    if (isAway) lines.push(line(keptAt ? words.awayKept.replace("{time}", clock(keptAt)) : words.away));
    if (waiting.length) {
      const sentence = waiting.length === 1 ? words.waitingOne : words.waiting;
      lines.push(line(sentence.replace("{num}", waiting.length).replace("{time}", clock(Math.max(...waiting.map((one) => one.at))))));
    }
    if (isSignedOut && !isAway) lines.push(line(words.signIn, words.signInPath + encodeURIComponent(location.pathname)));
    new Set(open.map((one) => one.session)).forEach((session) => {
      lines.push(line(words.decide, words.register.replace("{session}", session)));
    });
    const said = lines.map((one) => one.textContent).join("\n");
    if (said !== box.dataset.said) {
      box.dataset.said = said;
      box.replaceChildren(...lines);
      box.hidden = !lines.length;
    }
    listeners.forEach((tell) => tell(null, null));
  }

  // ---- what the register uses

  const ready = (async () => {
    database = await opened();
    await ask();
    if (me) await load();
    paint();
  })();

  window.lmsDevice = {
    ready,
    isReady: () => Boolean(me),
    of: (session) => entries.filter((one) => one.session === session),
    onChange: (tell) => listeners.push(tell),
    flush,
    drop: async (entry) => {
      await drop(entry);
      paint();
    },
    // Keeps an entry, as soon as it is known who sits here; a mark takes the place of the one of the same person that still
    // waits. Nothing is kept for somebody unknown: the form is sent as it is then.
    put: async (entry) => {
      await ready.catch(() => {});
      if (!me) return null;
      const made = { ...entry, id: crypto.randomUUID(), at: Date.now(), follows: [] };
      const former = made.kind === "mark" && entries.find((one) => one.kind === "mark" && one.session === made.session && one.mark.enrolment_id === made.mark.enrolment_id);
      if (former) made.follows = [...former.follows, former.id].slice(-20);
      entries.push(made);
      await keepEntry(made);
      if (former) await drop(former);
      paint();
      return made;
    },
  };

  window.addEventListener("online", flush);
  document.addEventListener("visibilitychange", () => document.hidden || flush());
  ready.then(flush).catch(() => {});

  if ("serviceWorker" in navigator) {
    navigator.serviceWorker
      .register(box.dataset.worker, { scope: box.dataset.scope })
      .then(() => ready)
      .then(() => keepPages())
      .catch(() => {}); // the device keeps nothing then
  }
})();
