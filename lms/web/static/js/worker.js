// The service worker of /kursleitung: without network it answers with what device.js has put aside on this device.
// It stores no page itself. What is older than a week is not shown any more.
"use strict";

const CACHE = "kursleitung";
const KEPT_AT = "x-kept-at";
const KEEP_FOR = 7 * 24 * 60 * 60 * 1000;
const PATIENCE = 8000;
const NOBODY_THERE = [502, 503, 504]; // a proxy whose service is away

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, url));
  else if (url.pathname.startsWith("/static/")) event.respondWith(file(request, url));
});

async function page(request, url) {
  const answer = fetch(request);
  answer.catch(() => {}); // told below
  try {
    const first = await Promise.race([answer, later(PATIENCE)]);
    if (NOBODY_THERE.includes(first.status)) return (await kept(url.pathname)) ?? (await instead(url)) ?? first;
    return first;
  } catch {
    return (await kept(url.pathname)) ?? (await answer.catch(() => instead(url))) ?? Response.error();
  }
}

async function kept(path) {
  const cache = await caches.open(CACHE);
  const since = (answer) => Number(answer.headers.get(KEPT_AT));
  const all = await cache.matchAll(path, { ignoreSearch: true, ignoreVary: true });
  const [found] = all.filter(since).sort((one, other) => since(other) - since(one)); // a newer one takes its place only when whole
  if (!found) return null;
  const at = since(found);
  if (Date.now() - at > KEEP_FOR) {
    await cache.delete(path, { ignoreSearch: true, ignoreVary: true });
    return null;
  }
  const text = await found.text();
  return new Response(text.replace("<html ", `<html data-kept-at="${at}" `), { headers: found.headers });
}

// A page that says that there is no connection, and leads to what there is.
function instead(url) {
  return kept(`${url.pathname.startsWith("/en/") ? "/en" : ""}/kursleitung/geraet/ohne-verbindung`);
}

async function file(request, url) {
  const cache = await caches.open(CACHE);
  const found = await cache.match(request, { ignoreVary: true });
  if (found && url.searchParams.has("v")) return found; // the address changes with the content
  try {
    return await fetch(request);
  } catch (away) {
    if (found) return found;
    throw away;
  }
}

function later(milliseconds) {
  return new Promise((_, refuse) => setTimeout(() => refuse(new Error("late")), milliseconds));
}
