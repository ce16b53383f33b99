"""Somebody calls: topic, name, telephone number, then the next times. Under a minute."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from lms.helpdesk import words
from lms.helpdesk.errors import SlotTaken
from lms.helpdesk.forms import CallerForm, known_of
from lms.helpdesk.models import BookedBy, DeskKind, DeskPlace
from lms.helpdesk.pages.asking import as_value, moment_in
from lms.helpdesk.pages.desk import DESK
from lms.helpdesk.queries import Placed, desks, times_ahead, topic_of, topics
from lms.helpdesk.rules import Slot
from lms.helpdesk.service import Appointments
from lms.helpdesk.values import Visitor, Wanted
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.people.models import Person
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

AnyRequest = Request[Any, Any, Any]
BOOKED = declare("sprechstunde-fuer-anrufer", N_("The appointment is booked. Say day and time once more."))
AT_ONCE = 12


class CallerPages(Controller):
    """One page that is sent twice: for the times, then to book."""

    path = f"{DESK}/neu"
    include_in_schema = False

    @get(opt=may("U", "appointment", of=Scope.ALL))
    async def ask(
        self, around: NamedDependency[Around], thema: FromQuery[str] = "", person: FromQuery[str] = ""
    ) -> Template:
        """Topic, name, telephone number."""
        async with around.begin.reading() as session:
            known = await session.get(Person, uuid_in(person)) if uuid_in(person) else None
            form = form_from(CallerForm, **{"way": BookedBy.PHONE.value, "thema": thema, **known_of(known)})
            await _choices(session, form)
        return Template(
            "helpdesk/desk/caller.html",
            context={"form": form, "offered": None, "words": words, "person": str(known.id) if known else ""},
        )

    @post(opt=may("U", "appointment", of=Scope.ALL))
    async def answer(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around],
        appointments: NamedDependency[Appointments],
    ) -> Template | Redirect:  # fmt: skip
        """Show the next times, or book the one that was chosen."""
        sent = await request.form()
        form = form_from(CallerForm, sent)
        after_moment = moment_in(sent.get("ab"))
        desk_id, moment = _chosen(str(sent.get("zeit", "")))
        async with around.begin.reading() as session:
            await _choices(session, form)
            is_fine = form.validate()
            offered = await _offered(session, around, form, after_moment) if is_fine else None
            is_home = _is_home(offered or [], desk_id)
            known = (
                await session.get(Person, uuid_in(sent.get("person")))
                if uuid_in(sent.get("person"))
                else None
            )
        if is_fine and sent.get("act") == "buchen":
            if desk_id is None or moment is None:
                form.refuse("", N_("Choose a time."))
            elif is_home and not form.street.data:
                form.refuse("street", N_("Enter street and house number, so that we find you."))
            else:
                try:
                    made = await appointments.book(
                        actor, _wanted(form, desk_id, moment, known), form_id=uuid_in(sent.get("form_id"))
                    )
                except NotFound:
                    raise
                except DomainError as refusal:
                    form.refuse("", refusal.message, **refusal.params)
                    if isinstance(refusal, SlotTaken):
                        async with around.begin.reading() as session:
                            offered = await _offered(session, around, form, after_moment)
                else:
                    return after(f"{DESK}/termin/{made.id}", BOOKED)
        return Template(
            "helpdesk/desk/caller.html",
            context={
                "form": form,
                "offered": offered,
                "words": words,
                "as_value": as_value,
                "person": str(known.id) if known else "",
                "form_id": str(sent.get("form_id") or uuid4()),
                "chosen": str(sent.get("zeit", "")),
                "most": AT_ONCE,
            },
            status_code=422 if form.problems else 200,
            headers={"cache-control": "no-store"},
        )


async def _choices(session: AsyncSession, form: CallerForm) -> None:
    found = await topics(session)
    form.thema.choices = [
        (
            str(one.id),
            words.topic_name(one)
            if one.audience is DeskKind.HELP
            else gettext("%(topic)s (companies)", topic=words.topic_name(one)),
        )
        for one in found
    ]
    form.ort.choices = [(str(one.desk.id), words.desk_name(one.desk)) for one in await desks(session)]


async def _offered(
    session: AsyncSession, around: Around, form: CallerForm, since: datetime | None
) -> list[tuple[Slot, Placed]]:
    """The next times at all places, or at the one that was chosen; soonest first."""
    topic = await topic_of(session, uuid_in(form.thema.data))
    placed = [
        one
        for one in await desks(session, topic.audience)
        if not form.ort.data or str(one.desk.id) == form.ort.data
    ]
    schedule = await times_ahead(session, placed, now=around.clock(), state=around.settings.federal_state)
    found = [(slot, one) for one in placed for slot in schedule.free(one.desk.id, topic.id, is_team=True)]
    later = [(slot, one) for slot, one in found if since is None or slot.starts_at > since]
    return sorted(later, key=lambda pair: (pair[0].starts_at, pair[1].desk.position))[:AT_ONCE]


def _is_home(offered: Sequence[tuple[Slot, Placed]], desk_id: UUID | None) -> bool:
    return any(one.desk.id == desk_id and one.desk.place is DeskPlace.HOME for _, one in offered)


def _chosen(sent: str) -> tuple[UUID | None, datetime | None]:
    desk, _, moment = sent.partition("/")
    return uuid_in(desk), moment_in(moment)


def _wanted(form: CallerForm, desk_id: UUID, moment: datetime, known: Person | None) -> Wanted:
    return Wanted(
        desk_id=desk_id,
        topic_id=UUID(form.thema.data),
        starts_at=moment,
        way=BookedBy(form.way.data or BookedBy.PHONE.value),
        visitor=Visitor(
            name=form.name.data or "",
            phone=form.phone.data or "",
            email=form.email.data or "",
            address=form.street.data or "",
            district=known.district if known else "",
            note=form.note.data or "",
            language=known.language if known else "de",
            person_id=known.id if known else None,
        ),
    )
