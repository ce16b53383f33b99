"""What a calendar adds to the texts of its entries: name, colour, alarms, whether they block time, whose date it is."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from icalendar import vDuration, vText
from icalendar.parser import Contentline

from lms.feeds.models import Colour, Feed
from lms.feeds.texts import END, Text
from lms.kernel.marking import N_
from lms.scheduling.calendar import calendar_text, plain
from lms.web.language import gettext

HEX = {
    Colour.BLUE: "#4169E1",
    Colour.GREEN: "#2E8B57",
    Colour.ORANGE: "#FF8C00",
    Colour.RED: "#DC143C",
    Colour.PURPLE: "#9932CC",
    Colour.BROWN: "#8B4513",
}
"""The same colours as CSS3 defines them, for calendars that read no names."""
COLOUR_WORDS = {
    Colour.BLUE: N_("blue"),
    Colour.GREEN: N_("green"),
    Colour.ORANGE: N_("orange"),
    Colour.RED: N_("red"),
    Colour.PURPLE: N_("purple"),
    Colour.BROWN: N_("brown"),
}
CANCELLED = "\r\nSTATUS:CANCELLED\r\n"
"""Stands only in texts that are cancelled: what people write begins no line, because lines are folded with a space."""
SUMMARY = re.compile("\r\nSUMMARY:((?:[^\r\n]|\r\n )*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How one calendar is shown. What is public never says that somebody has no time."""

    name: str
    is_public: bool = True
    colour: Colour = Colour.BLUE
    refresh_minutes: int = 60
    alarm_minutes: int | None = None

    def calendar(self, texts: Iterable[Text]) -> bytes:
        """The whole calendar."""
        here, gone = self._end(is_cancelled=False), self._end(is_cancelled=True)
        return calendar_text(
            (text.words + (gone if CANCELLED in text.words else here) for text in texts),
            name=self.name,
            refresh=timedelta(minutes=self.refresh_minutes),
            colour=(self.colour.value, HEX[self.colour]),
        )

    def event(self, text: Text) -> str:
        """One entry, complete."""
        return text.words + self._end(is_cancelled=CANCELLED in text.words)

    def _end(self, *, is_cancelled: bool) -> str:
        """The last lines of each VEVENT. An alarm only shows something (S-64)."""
        lines = ["CLASS:PUBLIC" if self.is_public else "CLASS:PRIVATE"]
        lines.append("TRANSP:TRANSPARENT" if self.is_public or is_cancelled else "TRANSP:OPAQUE")
        if self.alarm_minutes and not is_cancelled:
            before: str = vDuration(-timedelta(minutes=self.alarm_minutes)).to_ical().decode()  # type: ignore[no-untyped-call]
            lines += [
                "BEGIN:VALARM",
                "ACTION:DISPLAY",
                f"DESCRIPTION:{_escaped(gettext('Reminder of a date'))}",
            ]
            lines += [f"TRIGGER:{before}", "END:VALARM"]
        return "".join(f"{line}\r\n" for line in lines) + END


def look_of(feed: Feed, usual: str) -> Look:
    """The look that somebody has chosen; `usual` is the name as long as they have given none."""
    return Look(
        name=feed.name or usual,
        is_public=False,
        colour=feed.colour,
        refresh_minutes=feed.refresh_minutes,
        alarm_minutes=feed.alarm_minutes,
    )


def said_whose(text: Text, names: Iterable[str]) -> Text:
    """The text with the names before what it is: "Ada, Ben: Das Tablet kennenlernen"."""
    whose = ", ".join(names)
    if not whose:
        return text

    def renamed(found: re.Match[str]) -> str:
        line = f"SUMMARY:{_escaped(whose)}: {found[1].replace(chr(13) + chr(10) + ' ', '')}"
        folded: bytes = Contentline(line).to_ical()  # type: ignore[no-untyped-call]
        return "\r\n" + folded.decode().removesuffix("\r\n")

    return Text(text.uid, f"{text.mark}-{whose}", SUMMARY.sub(renamed, text.words, count=1))


def _escaped(text: str) -> str:
    return vText(plain(text)).to_ical().decode()
