"""A run as a card: every word ready, so that the template only puts them in their places."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup

from lms.catalogue.models import RunState
from lms.catalogue.rules import Situation, still_needed
from lms.kernel.marking import N_
from lms.portal.fragments import Fragments
from lms.portal.listing import RunLine, place_of
from lms.web import formats
from lms.web.language import current_language, gettext, ngettext

ONE_DAY = timedelta(days=1)
ASKED = frozenset({Situation.FREE, Situation.FEW, Situation.FULL, Situation.NOT_YET})
TONES = {
    Situation.CANCELLED: "danger",
    Situation.FULL: "info",
    Situation.CLOSED: "info",
    Situation.NOT_YET: "info",
    Situation.RUNNING: "info",
    Situation.ENDED: "info",
    Situation.FEW: "warning",
}
WORDS = {
    Situation.CANCELLED: N_("called off"),
    Situation.FULL: N_("fully booked – waiting list"),
    Situation.CLOSED: N_("enrolment closed"),
    Situation.RUNNING: N_("has begun"),
    Situation.ENDED: N_("over"),
}


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on a card. `language` is set where the text is in another language than the page."""

    number: str
    path: str
    title: str
    language: str
    summary: str
    date: str
    sessions: str
    place: str
    price: str
    badge: str
    tone: str
    certainty: str = ""


def cards(fragments: Fragments, runs: Iterable[RunLine], now: datetime, *, level: int = 2) -> Markup:
    """The cards of these runs as list items, in the present language; `level` is that of their headings."""
    written = []
    for run in runs:
        situation = run.situation(now)
        key = ("card", level, situation, run)
        written.append(
            fragments.known(*key)
            or fragments.render("portal/_card.html", *key, card=_card(run, situation), level=level)
        )
    return Markup().join(written)


def _card(run: RunLine, situation: Situation) -> Card:
    title, language = in_language(run.title_de, run.title_en)
    return Card(
        number=run.number,
        path=f"/kurse/{run.course_slug}?durchfuehrung={run.number}",
        title=title,
        language=language,
        summary=run.summary_de
        if language or current_language() == "de"
        else run.summary_en or run.summary_de,
        date=first_date(run),
        sessions=extent(run),
        place=place(run),
        price=price(run.price_cents, run.concession_cents),
        badge=places_word(run, situation),
        tone=TONES.get(situation, ""),
        certainty=certainty(run, situation),
    )


def in_language(german: str, english: str) -> tuple[str, str]:
    """The text to show, and its language where that is not the page's."""
    if current_language() == "de":
        return german, ""
    return (english, "") if english else (german, "de")


def first_date(run: RunLine) -> str:
    """Di, 01.12.2026, 18:00 bis 19:30 Uhr; the day alone where nobody knows the hours, and of a club that pauses until when."""
    if run.is_pausing:
        return gettext("On a break, probably until %(day)s", day=formats.date_short(run.starts_at))
    if not run.knows_times:
        return formats.date_short(run.starts_at)
    ends_at = run.starts_at + timedelta(minutes=run.total_minutes / max(run.session_count, 1))
    return f"{formats.date_short(run.starts_at)}, {formats.time_range(run.starts_at, ends_at)}"


def extent(run: RunLine) -> str:
    """Five sessions and their last day; nothing for a single one, the last day alone where nobody counts them."""
    if run.is_open_ended:
        return gettext("open club without a fixed end")
    if not run.session_count and run.ends_at - run.starts_at > ONE_DAY:
        return gettext("until %(day)s", day=formats.date_short(run.ends_at))
    if run.session_count < 2:
        return ""
    return ngettext(
        "%(num)s session until %(day)s",
        "%(num)s sessions until %(day)s",
        run.session_count,
        day=formats.date_short(run.ends_at),
    )


def place(run: RunLine) -> str:
    """The venue with its district, unless its name says it."""
    if run.is_online:
        return gettext("Online")
    if not run.venue:
        return gettext("The place will be announced.")
    return place_of(run.venue, run.district or "")


def price(cents: int, concession_cents: int | None) -> str:
    """45,00 Euro, ermäßigt 30,00 Euro."""
    if not cents or concession_cents is None or concession_cents >= cents:
        return formats.money(cents)
    return gettext(
        "%(price)s, reduced %(concession)s",
        price=formats.money(cents),
        concession=formats.money(concession_cents),
    )


def certainty(run: RunLine, situation: Situation) -> str:
    """Whether it takes place for certain, or how many are missing (F-A06); nothing where nobody can enrol any more."""
    if situation not in ASKED or run.is_open_ended:
        return ""
    if run.state == RunState.CONFIRMED:
        return gettext("takes place for certain")
    missing = still_needed(run.minimum, run.occupied, run.state)
    if not missing:
        return gettext("there are enough enrolments") if run.minimum > 1 else ""
    return ngettext("%(num)s enrolment is still missing", "%(num)s enrolments are still missing", missing)


def places_word(run: RunLine, situation: Situation) -> str:
    """The word of the badge; none when there is plenty of room."""
    if situation == Situation.FEW:
        return ngettext("%(num)s place left", "%(num)s places left", run.free)
    if situation == Situation.NOT_YET and run.enrolment_opens_at:
        return gettext("enrolment from %(day)s", day=formats.date_short(run.enrolment_opens_at))
    word = WORDS.get(situation)
    return gettext(word) if word else ""
