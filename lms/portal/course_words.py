"""What the page of a course says, in the present language."""

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup

from content.errors import ContentError
from content.lesson import render
from lms.catalogue.models import CancelFrom, Course, RunState
from lms.catalogue.rules import Situation, still_needed
from lms.enrolment.conditions.words import beyond_ages
from lms.enrolment.pages.asking import WAYS_TO_PAY
from lms.enrolment.pricing.offers import offered_prices
from lms.enrolment.rules import free_until, offered_methods
from lms.kernel.clock import local
from lms.portal.cards import ONE_DAY, in_language, price
from lms.portal.choices import AUDIENCE_NAMES, LEVEL_NAMES, language_name
from lms.portal.course_reading import CourseRun, CourseStory
from lms.resources.models import Room
from lms.resources.words import hours_in_words
from lms.surveys.models import FeedbackChange
from lms.web import formats
from lms.web.centre import Centre
from lms.web.language import current_language, gettext, ngettext

# what one would like to be shown first, where nothing is asked for
_TURN = {
    Situation.FREE: 0,
    Situation.FEW: 0,
    Situation.FULL: 1,
    Situation.NOT_YET: 2,
    Situation.CLOSED: 3,
}


def chosen_run(runs: Sequence[CourseRun], number: str, now: datetime) -> CourseRun | None:
    """The run somebody asks for; else the next that takes people, then the next with a waiting list, then any."""
    asked = next((run for run in runs if run.run.number == number), None)
    return asked or min(runs, key=lambda run: _TURN.get(run.situation(now), len(_TURN)), default=None)


def can_be_booked(run: CourseRun, now: datetime) -> bool:
    """Whether somebody can enrol, or will be able to, be it for the waiting list."""
    return run.situation(now) in {Situation.FREE, Situation.FEW, Situation.FULL, Situation.NOT_YET}


def spoken(course: Course | FeedbackChange, name: str) -> tuple[str, str]:
    """A text of the course and its language where that is not the page's."""
    return in_language(getattr(course, f"{name}_de"), getattr(course, f"{name}_en"))


def rich(markdown: str, *, top_level: int = 3) -> Markup:
    """A course text as HTML that can do no harm; one that is too long to be a text stays plain."""
    try:
        return Markup(render(markdown, top_level=top_level))  # noqa: S704 - content.safety has cleaned it
    except ContentError:
        return Markup("<p>{}</p>").format(markdown[:2000])


def first_meeting(run: CourseRun) -> str:
    """Dienstag, 1. Dezember 2026, 18:00 bis 19:30 Uhr; the day alone where nobody knows the hours."""
    planned = [meeting for meeting in run.meetings if not meeting.is_cancelled]
    if run.run.is_pausing and run.run.starts_at:
        return gettext("On a break, probably until %(day)s", day=formats.date_long(run.run.starts_at))
    if not planned:
        return formats.date_long(run.run.starts_at) if run.run.starts_at else ""
    if not run.knows_times:
        return formats.date_long(planned[0].starts_at)
    return formats.period(planned[0].starts_at, planned[0].ends_at)


def venue_line(run: CourseRun) -> str:
    """Venue, room, floor and address in one line."""
    if run.run.is_online:
        return gettext("Online, at home on your own device")
    if run.venue is None:
        if run.run.company_id is not None:
            return gettext("We agree the place with the company.")
        return gettext("The place will be announced.")
    room, parts = run.room, [run.venue.name]
    if room is not None:
        floor = room.floor_en if current_language() == "en" and room.floor_en else room.floor_de
        parts += [room.name, floor]
    town = f"{run.venue.postal_code} {run.venue.city}".strip()
    return ", ".join(part for part in (*parts, run.venue.street, town) if part)


def facts(story: CourseStory, run: CourseRun, possible: Collection[str]) -> Iterator[tuple[str, str]]:
    """The key facts of a run, in the order in which people ask for them; `possible` are the centre's ways of paying."""
    course, offered = story.course, run.run
    yield gettext("Dates"), _dates(run)
    yield gettext("Duration"), _duration(run)
    yield gettext("Place"), venue_line(run)
    if run.trainers:
        yield gettext("Trainer"), ", ".join(run.trainers)
    yield gettext("Price"), _price(run)
    if offered.price_cents and (ways := offered_methods(offered, possible)):
        yield gettext("Payment"), ", ".join(gettext(WAYS_TO_PAY[way][0]) for way in ways)
    yield gettext("Group"), _group(run)
    yield gettext("Takes place"), _certainty(run)
    yield (
        gettext("Prior knowledge"),
        spoken(course, "prior_knowledge")[0] or gettext(LEVEL_NAMES[course.level]),
    )
    if bring := spoken(course, "bring")[0]:
        yield gettext("Please bring"), bring
    if age := _age(*run.asks.ages(course)):
        yield gettext("Age"), age
    if course.language != current_language() or course.language != "de":
        yield gettext("Language of the course"), language_name(course.language)
    if offered.enrolment_closes_at:
        written = formats.moment if run.knows_times else formats.date_long
        yield gettext("Enrolment closes"), written(offered.enrolment_closes_at)
    yield gettext("Course number"), offered.number


def _dates(run: CourseRun) -> str:
    offered = run.run
    if not offered.starts_at or not offered.ends_at:
        return ""
    if offered.is_pausing:
        return gettext(
            "open club without a fixed end, on a break, probably until %(day)s",
            day=formats.date_long(offered.starts_at),
        )
    if offered.is_open_ended:
        return gettext(
            "open club without a fixed end, next on %(day)s", day=formats.date_long(offered.starts_at)
        )
    if not offered.session_count and offered.ends_at - offered.starts_at > ONE_DAY:
        return gettext(
            "from %(first)s to %(last)s",
            first=formats.date_long(offered.starts_at),
            last=formats.date_long(offered.ends_at),
        )
    if offered.session_count <= 1:
        return first_meeting(run)
    return ngettext(
        "%(num)s session, from %(first)s to %(last)s",
        "%(num)s sessions, from %(first)s to %(last)s",
        offered.session_count,
        first=formats.date_long(offered.starts_at),
        last=formats.date_long(offered.ends_at),
    )


def _duration(run: CourseRun) -> str:
    total, count = run.run.total_minutes, run.run.session_count
    if run.run.is_open_ended:
        return gettext("%(duration)s each time", duration=formats.duration(total // max(count, 1)))
    lengths = {one.ends_at - one.starts_at for one in run.meetings if not one.is_cancelled}
    if run.knows_times and count > 1 and total % count == 0 and len(lengths) <= 1:
        return gettext(
            "%(units)s of 45 minutes, each session takes %(duration)s",
            units=formats.units(total),
            duration=formats.duration(total // count),
        )
    return gettext("%(units)s of 45 minutes", units=formats.units(total))


def _price(run: CourseRun) -> str:
    return price(run.run.price_cents, run.run.concession_cents)


def reductions(run: CourseRun) -> list[tuple[str, str]]:
    """Who pays less, and how much (L-18): the condition, the price and what has to be shown."""
    return [
        (one.condition, f"{one.words}. {one.note}" if one.note else one.words)
        for one in offered_prices(run.prices)
        if one.kind != "base"
    ]


def _group(run: CourseRun) -> str:
    least, most = run.run.minimum, run.run.capacity
    if least > 1 and least < most:
        return gettext("%(least)s to %(most)s people", least=least, most=most)
    return ngettext("at most %(num)s person", "at most %(num)s people", most)


def _certainty(run: CourseRun) -> str:
    """Whether it will take place for certain (F-A06)."""
    if run.run.is_open_ended and run.run.state in {RunState.PUBLISHED, RunState.CONFIRMED}:
        return gettext("yes, for certain")
    if run.run.state == RunState.CANCELLED:
        return gettext("no, this course was called off")
    if run.run.state == RunState.CONFIRMED:
        return gettext("yes, for certain")
    missing = still_needed(run.run.minimum, run.run.occupied, run.run.state)
    if missing:
        return ngettext(
            "%(num)s enrolment is still missing until it is certain",
            "%(num)s enrolments are still missing until it is certain",
            missing,
        )
    return gettext("there are enough enrolments")


def _age(least: int | None, most: int | None) -> str:
    if least and most:
        return gettext("%(least)s to %(most)s years", least=least, most=most)
    if least:
        return gettext("from %(least)s years on", least=least)
    return gettext("up to %(most)s years", most=most) if most else ""


def conditions(run: CourseRun) -> list[str]:
    """What one needs to get into this run beside the age, a sentence each."""
    return beyond_ages(run.asks.condition, run.asks.needed)


def opening(run: CourseRun) -> str:
    """When the place is open: as its hours say, else as its venue writes it itself."""
    if run.run.is_online or run.venue is None:
        return ""
    return hours_in_words(run.hours) or run.venue.opening_hours


def access(run: CourseRun) -> list[str]:
    """How one gets into the room and what helps there, a sentence each; nothing is promised that nobody noted."""
    room = run.room
    if run.run.is_online or run.venue is None:
        return []
    if room is None:
        return [gettext("The room can be reached without steps.")] if run.run.step_free else []
    sentences = [_steps(room)]
    sentences += [gettext("There is a lift.")] if room.lift else []
    sentences.append(
        gettext("There is a toilet for wheelchair users.")
        if room.accessible_wc
        else gettext("There is no toilet for wheelchair users.")
    )
    sentences += [gettext("There is an induction loop for hearing aids.")] if room.hearing_loop else []
    return sentences


def _steps(room: Room) -> str:
    if room.step_free:
        return gettext("The room can be reached without steps.")
    return gettext("There are steps on the way to the room. Call us if you need help; we find a way.")


def terms(run: CourseRun) -> list[str]:
    """Cancelling, in two sentences."""
    offered = run.run
    if offered.is_open_ended:
        return [gettext("You can come and leave at any time."), gettext("Leaving costs nothing.")]
    if not offered.price_cents:
        return [
            gettext("Cancelling costs nothing."),
            gettext("Please tell us as soon as you know that you cannot come: others may be waiting."),
        ]
    days, percent = offered.cancel_free_days, offered.cancel_fee_percent
    last_day = free_until(offered) if offered.cancel_from is not CancelFrom.START else None
    free = (
        gettext("Cancelling costs nothing until %(day)s.", day=formats.date_long(last_day))
        if last_day
        else ngettext(
            "Cancelling costs nothing until %(num)s day before the first session.",
            "Cancelling costs nothing until %(num)s days before the first session.",
            days,
        )
    )
    if not percent:
        return [gettext("Cancelling costs nothing."), gettext("If we call the course off, you pay nothing.")]
    later = gettext(
        "After that you pay %(percent)s %% of the price, that is %(amount)s; if we call the course off, you pay nothing.",
        percent=percent,
        amount=formats.amount((offered.price_cents * percent + 50) // 100),
    )
    return [free, later]


def audience_line(story: CourseStory) -> str:
    """For whom it is."""
    return ", ".join(gettext(AUDIENCE_NAMES[audience]) for audience in story.audiences)


def machine_readable(story: CourseStory, now: datetime, *, public_url: str, centre: Centre) -> Markup:
    """The same facts as on the page for search engines (schema.org Course), safe inside a script element."""
    course = story.course
    address = f"{public_url.rstrip('/')}/kurse/{course.slug}"
    document = {
        "@context": "https://schema.org",
        "@type": "Course",
        "name": spoken(course, "title")[0],
        "description": spoken(course, "summary")[0],
        "url": address,
        "inLanguage": course.language,
        "provider": {
            "@type": "Organization",
            "name": centre.name,
            "url": public_url,
            "telephone": centre.phone,
        },
        "teaches": [
            outcome.sentence_en if current_language() == "en" and outcome.sentence_en else outcome.sentence_de
            for outcome in story.outcomes
        ],
        "hasCourseInstance": [_instance(run, now, address) for run in story.runs],
    }
    text = json.dumps(document, ensure_ascii=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)  # noqa: S704 - nothing in it can end the element any more


def _instance(run: CourseRun, now: datetime, address: str) -> dict[str, Any]:
    offered = run.run
    is_open = run.situation(now) in {Situation.FREE, Situation.FEW}
    instance: dict[str, Any] = {
        "@type": "CourseInstance",
        "identifier": offered.number,
        "courseMode": "Online" if offered.is_online else "Onsite",
        "startDate": _written(offered.starts_at, run),
        "endDate": None if offered.is_open_ended else _written(offered.ends_at, run),
        "courseWorkload": f"PT{offered.total_minutes}M",
        "maximumAttendeeCapacity": offered.capacity,
        "eventStatus": "https://schema.org/"
        + ("EventCancelled" if offered.state == RunState.CANCELLED else "EventScheduled"),
        "offers": {
            "@type": "Offer",
            "price": f"{offered.price_cents / 100:.2f}",
            "priceCurrency": "EUR",
            "availability": "https://schema.org/" + ("InStock" if is_open else "SoldOut"),
            "url": f"{address}?durchfuehrung={offered.number}",
        },
    }
    if run.trainers:
        instance["instructor"] = [{"@type": "Person", "name": name} for name in run.trainers]
    if run.venue is not None and not offered.is_online:
        instance["location"] = {
            "@type": "Place",
            "name": run.venue.name,
            "address": {
                "@type": "PostalAddress",
                "streetAddress": run.venue.street,
                "postalCode": run.venue.postal_code,
                "addressLocality": run.venue.city,
                "addressCountry": "DE",
            },
        }
    return instance


def _written(moment: datetime | None, run: CourseRun) -> str | None:
    if moment is None:
        return None
    return local(moment).isoformat() if run.knows_times else local(moment).date().isoformat()
