// The timeline. It never saves: dropping a block leads to the page that shows who is told before anything happens.
"use strict";

(() => {
  const frame = document.getElementById("zeitleiste");
  if (!frame || !window.EventCalendar) return;
  const given = frame.dataset;
  const told = document.getElementById("zeitleiste-stand");
  const ZONE = "Europe/Berlin";
  const EVERY_MS = 60_000;
  const isMonth = given.span === "monat";
  const views = { tag: "resourceTimelineDay", woche: "resourceTimelineWeek", monat: "resourceTimelineMonth" };
  const locale = given.language === "en" ? "en-GB" : "de-DE";
  let tag = "";
  let calendar = null;

  // The calendar knows wall clocks only; addresses carry the offset that the venues have at that moment.
  const zoned = new Intl.DateTimeFormat("en-GB", {
    timeZone: ZONE, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
  const offsetAt = (utc) => {
    const parts = Object.fromEntries(zoned.formatToParts(new Date(utc)).map((part) => [part.type, part.value]));
    return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second) - utc;
  };
  const two = (number) => String(number).padStart(2, "0");
  const iso = (wall) => {
    const asUtc = Date.UTC(wall.getFullYear(), wall.getMonth(), wall.getDate(), wall.getHours(), wall.getMinutes());
    const offset = offsetAt(asUtc - offsetAt(asUtc)) / 60_000;
    const sign = offset < 0 ? "-" : "+";
    const zone = `${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
    return `${wall.getFullYear()}-${two(wall.getMonth() + 1)}-${two(wall.getDate())}T${two(wall.getHours())}:${two(wall.getMinutes())}:00${zone}`;
  };

  const element = (name, classes, text = "") => {
    const made = document.createElement(name);
    made.className = classes;
    made.textContent = text;
    return made;
  };
  const signed = (classes, sign, text) => {
    const line = element("span", `lms-block ${classes}`);
    const picture = element("span", `kern-icon kern-icon--${sign} kern-icon--small`);
    picture.setAttribute("aria-hidden", "true");
    line.append(picture, element("span", "", text));
    return line;
  };

  const drawn = ({ event }) => {
    const facts = event.extendedProps;
    if (!facts.lines) return ""; // the stretch that is being selected
    const nodes = [
      element("span", "lms-block", facts.time),
      element("span", "lms-block lms-block--title", event.title),
      ...(facts.conflicts ?? []).map((words) => signed("lms-block--state lms-block--conflict", "danger", `${given.conflict}: ${words}`)),
      ...facts.lines.map((line) => element("span", "lms-block", line)),
      signed("lms-block--state", facts.sign, facts.state),
    ];
    return { domNodes: nodes };
  };
  const named = ({ resource }) => {
    const nodes = [element("span", "lms-lane", resource.title)];
    if (resource.extendedProps.about) nodes.push(element("span", "lms-lane lms-lane--about", resource.extendedProps.about));
    return { domNodes: nodes };
  };
  const whole = ({ event, el }) => {
    const facts = event.extendedProps;
    if (!facts.lines) return;
    el.dataset.session = event.id.replace(/^session:|@.*$/g, "");
    el.title = [facts.time, event.title, ...facts.lines, facts.state, ...(facts.conflicts ?? [])].join("\n");
  };

  const asEvent = (entry) => ({
    id: entry.id,
    resourceIds: entry.lanes,
    start: entry.start,
    end: entry.end,
    title: entry.title,
    editable: Boolean(entry.move),
    durationEditable: Boolean(entry.move && entry.is_session && !isMonth),
    classNames: [`lms-kind-${entry.kind}`, ...(entry.conflicts?.length ? ["lms-kind-conflict"] : [])],
    extendedProps: entry,
  });
  const asResource = (lane) => ({ id: lane.id, title: lane.name, extendedProps: lane });

  const leave = (address) => { location.href = address; };
  const moved = ({ event, newResource, revert }) => {
    const facts = event.extendedProps;
    revert();
    if (!facts.is_session) return leave(facts.move);
    const wanted = new URLSearchParams({ beginn: iso(event.start), ende: iso(event.end) });
    const room = newResource ?? calendar.getOption("resources").find((lane) => lane.id === event.resourceIds[0]);
    if (given.by === "raum" && room?.extendedProps?.is_place) wanted.set("raum", room.id);
    return leave(`${facts.move}?${wanted}`);
  };
  // Another trainer or another case of devices is not chosen by dragging.
  const stays = ({ newResource, oldResource }) => given.by === "raum" || !newResource || newResource.id === oldResource?.id;

  const dialog = document.getElementById("frei");
  const offered = (id, address) => {
    const line = document.getElementById(id);
    line.hidden = !address;
    if (address) line.querySelector("a").href = address;
  };
  const picked = ({ start, end, resource }) => {
    const lane = resource?.extendedProps;
    calendar.unselect();
    if (!lane || (!given.run && !given.booking)) return;
    const day = start.toLocaleDateString(locale, { weekday: "short", day: "2-digit", month: "2-digit", year: "numeric" });
    const hours = isMonth ? "" : `, ${two(start.getHours())}:${two(start.getMinutes())} – ${two(end.getHours())}:${two(end.getMinutes())}`;
    document.getElementById("frei-wann").textContent = `${resource.title}, ${day}${hours}`;
    const wanted = new URLSearchParams({ beginn: iso(start), ende: iso(end) });
    if (lane.is_place) wanted.set("raum", lane.id);
    offered("frei-lauf", given.run && `${given.run}?${wanted}`);
    const asked = new URLSearchParams({
      "tag-day": start.getDate(), "tag-month": start.getMonth() + 1, "tag-year": start.getFullYear(),
      ...(isMonth ? {} : { von: `${two(start.getHours())}:${two(start.getMinutes())}`, bis: `${two(end.getHours())}:${two(end.getMinutes())}` }),
    });
    offered("frei-buchung", lane.is_place && given.booking && `${given.booking.replace("{}", lane.id)}?${asked}`);
    dialog.showModal();
  };

  const hours = (entries) => {
    const times = entries.flatMap((entry) => (entry.start.slice(0, 10) === entry.end.slice(0, 10) ? [entry.start.slice(11, 13), String(Number(entry.end.slice(11, 13)) + 1)] : []));
    const all = times.map(Number);
    return { slotMinTime: `${two(Math.min(8, ...all))}:00`, slotMaxTime: `${two(Math.min(24, Math.max(20, ...all)))}:00` };
  };
  // A day fills the frame where there is room; a half hour stays wide enough to be hit.
  const slot = ({ slotMinTime, slotMaxTime }) => {
    const halves = (parseInt(slotMaxTime, 10) - parseInt(slotMinTime, 10)) * 2;
    return Math.max(44, Math.floor((frame.clientWidth - 140) / halves));
  };
  const draw = ({ lanes, entries }) => {
    const changing = { resources: lanes.map(asResource), events: entries.map(asEvent), ...hours(entries) };
    if (calendar) {
      for (const [name, value] of Object.entries(changing)) calendar.setOption(name, value);
      return;
    }
    calendar = EventCalendar.create(frame, {
      view: views[given.span],
      date: given.day,
      locale,
      firstDay: 1,
      headerToolbar: { start: "", center: "", end: "" },
      slotDuration: isMonth ? { days: 1 } : given.span === "tag" ? "00:30" : "01:00",
      slotWidth: isMonth ? 132 : given.span === "tag" ? slot(changing) : 52,
      columnWidth: isMonth ? "9.5rem" : undefined,
      slotLabelFormat: { hour: "2-digit", minute: "2-digit" },
      slotLabelInterval: isMonth ? undefined : given.span === "tag" ? "01:00" : "02:00",
      snapDuration: isMonth ? undefined : "00:15",
      dayHeaderFormat: { weekday: "short", day: "2-digit", month: "2-digit" },
      eventContent: drawn,
      eventDidMount: whole,
      resourceLabelContent: named,
      nowIndicator: true,
      scrollTime: "08:00",
      eventStartEditable: true,
      eventDurationEditable: true,
      selectable: Boolean(given.run || given.booking),
      dragConstraint: stays,
      eventDrop: moved,
      eventResize: moved,
      select: picked,
      eventClick: ({ event }) => { if (event.extendedProps.path) leave(event.extendedProps.path); },
      ...changing,
    });
  };

  const fetched = async () => {
    if (document.hidden || dialog?.open) return;
    try {
      const answer = await fetch(given.source, { headers: { accept: "application/json", ...(tag ? { "if-none-match": tag } : {}) }, cache: "no-store" });
      if (answer.status === 304) return;
      if (!answer.ok) throw new Error(String(answer.status));
      tag = answer.headers.get("etag") ?? "";
      draw(await answer.json());
      told.textContent = "";
    } catch {
      told.textContent = given.failed;
    }
  };
  fetched();
  setInterval(fetched, EVERY_MS);
  document.addEventListener("visibilitychange", fetched);
  window.addEventListener("pageshow", (event) => { if (event.persisted) fetched(); });
})();
