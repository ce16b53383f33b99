"""The one look before dates change: each change in words, what is in the way, who is told how, and the very message."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import RunState
from lms.db import has_sms, links_of
from lms.enrolment.letters.dates import sheets_for_participants
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, Invalid
from lms.kernel.period import Period
from lms.messaging.models import Channel
from lms.messaging.secrets import covered
from lms.messaging.ways import way_to
from lms.people.models import Person
from lms.portal.desk.dates_words import change_in_words, condition_in_words, told_in_words
from lms.resources.models import Room
from lms.scheduling.change_set import ChangeSet, InRoom
from lms.scheduling.errors import ResourceTaken
from lms.scheduling.events import SessionsChanged
from lms.scheduling.foreseeing import Foreseen, Line
from lms.scheduling.instead import Instead
from lms.scheduling.letters import sheets_for_trainers
from lms.scheduling.service import Scheduling
from lms.scheduling.telling import Sheet
from lms.scheduling.words import clash_in_words
from lms.web.formats import date_short, time_range
from lms.web.forms import Form, form_from
from lms.web.language import Language, gettext, use_locale
from lms.web.letters import composed

STEP, DO, BACK = "schritt", "ausfuehren", "zurueck"
INSTEAD = "statt"
"""The field that carries which alternative was taken for which session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The words around a preview. `path` is where its form goes, `back` the page to leave it for."""

    title: str
    about: str
    path: str
    back: str


@dataclass(frozen=True, slots=True)
class LineView:
    """One change as it is shown."""

    before: str
    after: str
    obstacles: Sequence[str]
    hints: Sequence[str]
    alternatives: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Text:
    """A message as it will be sent: to whom it is, its subject and its words."""

    title: str
    subject: str
    words: str
    language: str


@dataclass(frozen=True, slots=True)
class Audience:
    """Whoever is told: names by channel, the trainers, and the messages."""

    by_email: Sequence[str]
    by_post: Sequence[str]
    trainers: Sequence[str]
    texts: Sequence[Text]
    by_sms: Sequence[str] = ()
    by_phone: Sequence[str] = ()


async def preview_page(
    scheduling: Scheduling, actor: Actor, wanted: ChangeSet, frame: Frame, sent: Iterable[tuple[str, Any]]
) -> Template:
    """The preview; with status 409 and alternatives as buttons where something forbids it. Raises what the change would."""
    foreseen = await scheduling.foresee(actor, wanted)
    is_blocked = any(not clash.is_hint for clash in foreseen.clashes)
    instead = await scheduling.alternatives(actor, foreseen) if is_blocked else {}
    audience = None
    if foreseen.lines and not is_blocked:
        may_see = actor.may_for_all("R", "enrolment")

        async def look(session: AsyncSession, event: SessionsChanged) -> Audience:
            return await audience_of(session, event, may_see=may_see)

        audience = await scheduling.rehearse(actor, wanted, look)
    is_draft = all(line.run.state is RunState.DRAFT for line in foreseen.lines)
    context = {
        "frame": frame,
        "lines": [
            _shown(line, foreseen, instead.get(line.session_id, ()))
            for line in sorted(foreseen.lines, key=_order)
        ],
        "is_blocked": is_blocked,
        "is_draft": is_draft,
        "audience": audience,
        "told": told_in_words(audience) if audience else "",
        "may_see_people": actor.may_for_all("R", "enrolment"),
        "kept": [(name, value) for name, value in sent if name not in {"_csrf_token", STEP}],
        "button": gettext("Change") if is_draft else gettext("Change and notify"),
        "form": _refused(ResourceTaken()) if is_blocked else None,
    }
    return Template("portal/desk/dates_preview.html", context=context, status_code=409 if is_blocked else 200)


def _refused(refusal: DomainError) -> Form:
    form = form_from(Form)
    form.refuse("", refusal.message, **refusal.params)
    return form


def with_alternatives(wanted: ChangeSet, taken: Iterable[str]) -> ChangeSet:
    """The set with the alternatives that were clicked: "session|begin|end|room" each. Raises Invalid."""
    instead: dict[UUID, tuple[Period, UUID | None]] = {}
    for text in taken:
        try:
            session_id, begins, ends, room = text.split("|")
            period = Period(datetime.fromisoformat(begins), datetime.fromisoformat(ends))
            if period.start.tzinfo is None or period.end.tzinfo is None:
                raise Invalid
            instead[UUID(session_id)] = (period, UUID(room) if room else None)
        except (ValueError, TypeError) as problem:
            raise Invalid from problem
    return replace(
        wanted,
        changes=[
            replace(
                one,
                period=instead[one.session_id][0],
                room=InRoom(instead[one.session_id][1], one.room.online_url if one.room else None),
            )
            if one.session_id in instead
            else one
            for one in wanted.changes
        ],
        added=[
            replace(one, period=instead[one.id][0], room_id=instead[one.id][1]) if one.id in instead else one
            for one in wanted.added
        ],
    )


def _order(line: Line) -> tuple[datetime, bool]:
    """In order of time, and a replacement right behind the session that it stands for."""
    first = line.before or line.replaced or line.after
    assert first is not None  # noqa: S101 - a line has a before, an after, or both
    return first.period.start, line.replaced is not None


def _shown(line: Line, foreseen: Foreseen, instead: Sequence[Instead]) -> LineView:
    rooms, people = foreseen.rooms, foreseen.people
    return LineView(
        before=_before(line, rooms),
        after=change_in_words(line, rooms, people),
        obstacles=[clash_in_words(clash) for clash in line.clashes if not clash.is_hint],
        hints=[clash_in_words(clash) for clash in line.clashes if clash.is_hint],
        alternatives=[_button(line, one) for one in instead],
    )


def _before(line: Line, rooms: Mapping[UUID, Room]) -> str:
    if line.replaced is not None:
        return gettext("in place of %(day)s", day=date_short(line.replaced.period.start))
    return condition_in_words(line.before, rooms) if line.before else "–"


def _button(line: Line, one: Instead) -> tuple[str, str]:
    period = one.period
    value = f"{line.session_id}|{period.start.isoformat()}|{period.end.isoformat()}|{one.room_id or ''}"
    words = f"{date_short(period.start)}, {time_range(period.start, period.end)}"
    if line.after and one.room_id != line.after.room_id:
        words += f", {one.room}"
    return value, words


async def audience_of(session: AsyncSession, event: SessionsChanged, *, may_see: bool) -> Audience:
    """Who would be told, read inside the rehearsal; without the right to see them, nobody is named in the message either."""
    if not event.changes:
        return Audience((), (), (), ())
    people = await sheets_for_participants(session, event)
    trainers = await sheets_for_trainers(session, event)
    texts = []
    for title, sheets, is_named in (
        (gettext("Message to the people enrolled"), people, may_see),
        (gettext("Message to the trainer"), trainers, True),
    ):
        if sheets:
            sample = next((one for one in sheets if not on_paper(session, one.reader)), sheets[0])
            texts.append(_text(session, title, sample, is_named=is_named))
    names: dict[Channel, list[str]] = {way: [] for way in Channel}
    for sheet in people:
        names[_way_to(session, sheet.reader)].append(sheet.reader.name)
    return Audience(
        by_email=names[Channel.EMAIL],
        by_post=names[Channel.POST],
        by_sms=names[Channel.SMS],
        by_phone=names[Channel.PHONE],
        trainers=[sheet.reader.name for sheet in trainers],
        texts=texts,
    )


def text_of(session: AsyncSession, title: str, sheets: Sequence[Sheet]) -> Text | None:
    """One of these letters as an example, by e-mail where there is one; None where there are no letters."""
    sample = next((one for one in sheets if not on_paper(session, one.reader)), next(iter(sheets), None))
    return _text(session, title, sample, is_named=True) if sample is not None else None


def _text(session: AsyncSession, title: str, sheet: Sheet, *, is_named: bool) -> Text:
    language: Language = "en" if sheet.reader.language == "en" else "de"
    with use_locale(language):
        context = dict(sheet.context)
        reader = sheet.reader.name
        if not is_named:
            reader = gettext("Given name Family name")
            context["blocks"] = [
                replace(block, people=[replace(who, name=reader, reference="…") for who in block.people])
                for block in context["blocks"]
            ]
        subject, words, _ = composed(
            sheet.template,
            context,
            reader=reader,
            links=links_of(session),
            on_paper=on_paper(session, sheet.reader),
        )
    return Text(title, subject, covered(words), language)


def _way_to(session: AsyncSession, reader: Person) -> Channel:
    return way_to(reader.channel, email=reader.email, phone=reader.phone, has_sms=has_sms(session))


def on_paper(session: AsyncSession, reader: Person) -> bool:
    """Whether somebody is not written to by e-mail, so that the words on paper are theirs."""
    return _way_to(session, reader) is not Channel.EMAIL
