"""Four readers of calendars that others have written; all of them have to understand what we write."""

import json
import subprocess
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import icalendar
import recurring_ical_events
import vobject

Read = tuple[str, datetime, datetime, str, int]
"""UID, start and end in UTC, status, sequence."""

ROOT = Path(__file__).parents[2]
ICAL_JS = """
import ICAL from "ical.js";
let text = "";
for await (const piece of process.stdin) text += piece;
const calendar = new ICAL.Component(ICAL.parse(text));
for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(new ICAL.Timezone(zone));
console.log(JSON.stringify(calendar.getAllSubcomponents("vevent").map((component) => {
  const event = new ICAL.Event(component);
  return [event.uid, event.startDate.toJSDate(), event.endDate.toJSDate(), component.getFirstPropertyValue("status"), event.sequence];
})));
"""


def by_icalendar(text: bytes) -> list[Read]:
    calendar = icalendar.Calendar.from_ical(text)
    assert [event.errors for event in calendar.walk("VEVENT") if event.errors] == []
    return [_read(event) for event in calendar.walk("VEVENT")]


def by_recurring_ical_events(text: bytes) -> list[Read]:
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(
        date(2020, 1, 1), date(2035, 1, 1)
    )
    return sorted((_read(event) for event in found), key=lambda read: read[1])


def by_vobject(text: bytes) -> list[Read]:
    calendar = vobject.readOne(text.decode())
    return [
        (
            event.uid.value,
            event.dtstart.value.astimezone(UTC),
            event.dtend.value.astimezone(UTC),
            event.status.value,
            int(event.sequence.value),
        )
        for event in calendar.contents.get("vevent", [])
    ]


def by_ical_js(text: bytes) -> list[Read]:
    answer = subprocess.run(
        ["node", "--input-type=module", "-e", ICAL_JS], input=text, capture_output=True, cwd=ROOT, check=True
    )
    return [
        (uid, datetime.fromisoformat(start), datetime.fromisoformat(end), status, sequence)
        for uid, start, end, status, sequence in json.loads(answer.stdout)
    ]


def _read(event: Any) -> Read:
    start, end = event["DTSTART"].dt.astimezone(UTC), event["DTEND"].dt.astimezone(UTC)
    return str(event["UID"]), start, end, str(event["STATUS"]), int(event["SEQUENCE"])


READERS: Mapping[str, Callable[[bytes], list[Read]]] = {
    "icalendar": by_icalendar,
    "recurring-ical-events": by_recurring_ical_events,
    "vobject": by_vobject,
    "ical.js": by_ical_js,
}
