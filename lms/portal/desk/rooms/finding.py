"""Which room fits, and whether it is free."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.response import Template
from wtforms.validators import ValidationError

from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock, today
from lms.kernel.marking import N_
from lms.kernel.period import Period
from lms.kernel.rights import Scope
from lms.portal.desk.rooms.reading import ROOMS, Planned, planned_in_words
from lms.resources.finding import FoundRoom, Hindrance, Needs, find_rooms
from lms.resources.queries import PhotoFacts, equipment_of_all, photos_of
from lms.resources.words import name_of
from lms.scheduling.errors import NoSuchTime
from lms.scheduling.holidays import closed_days
from lms.scheduling.rules import between
from lms.web.access import may
from lms.web.forms import Checkbox, Checkboxes, DateParts, Form, Number, TimeOfDay, form_from
from lms.web.language import gettext
from lms.web.module import Around

ASKED = "gesucht"


class FinderForm(Form):
    """When, and what the room has to have."""

    day = DateParts(N_("Day"), missing=N_("Enter the day."))
    begins = TimeOfDay(N_("From"), missing=N_("Enter a time, for example 18:00."))
    ends = TimeOfDay(N_("Until"), missing=N_("Enter a time, for example 18:00."))
    seats = Number(N_("Seats at least"), least=1, most=1000, width=5)
    equipment = Checkboxes(N_("Equipment"))
    step_free = Checkbox(N_("Can be reached without steps"))
    accessible_wc = Checkbox(N_("There is a toilet for wheelchair users"))
    hearing_loop = Checkbox(N_("There is an induction loop for hearing aids"))

    def validate_ends(self, field: TimeOfDay) -> None:
        """The end comes after the beginning."""
        if self.begins.data and field.data <= self.begins.data:
            raise ValidationError(gettext("The end comes after the beginning."))
        if self.begins.data and self.day.data:
            try:
                self.span()
            except NoSuchTime as refusal:
                raise ValidationError(gettext(refusal.message)) from refusal

    def span(self) -> Period:
        """The period of a form that is valid."""
        return between(self.day.data, self.begins.data, self.day.data, self.ends.data)

    def needs(self) -> Needs:
        """What a form that is valid asks for."""
        return Needs(
            seats=self.seats.data or 1,
            equipment=frozenset(self.equipment.data or ()),
            step_free=bool(self.step_free.data),
            accessible_wc=bool(self.accessible_wc.data),
            hearing_loop=bool(self.hearing_loop.data),
        )


class FindingPages(Controller):
    """The form and its answer on one page, whose address can be kept."""

    path = f"{ROOMS}/finden"
    include_in_schema = False

    @get(opt=may("R", "resource", of=Scope.ALL))
    async def find(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        around: NamedDependency[Around],
    ) -> Template:
        """Free rooms first, the smallest that is large enough on top; then those that fit and are taken, and by what."""
        ensure(actor.may_for_all("R", "resource"), actor)
        is_asked = ASKED in request.query_params
        form = (
            form_from(FinderForm, request.query_params)
            if is_asked
            else form_from(FinderForm, day=today(clock))
        )
        async with begin.reading() as session:
            form.equipment.choices = [(one.key, name_of(one)) for one in await equipment_of_all(session)]
            found: Sequence[FoundRoom] | None = None
            free_day = ""
            taken: Sequence[Planned] = ()
            photos: Mapping[UUID, PhotoFacts] = {}
            if is_asked and form.validate():
                found = await find_rooms(session, form.span(), form.needs())
                day = form.day.data
                free_day = (await closed_days(session, around.settings.federal_state, day, day)).get(day, "")
                by = [one.taken_by for one in found if one.taken_by is not None]
                taken = await planned_in_words(session, by)
                photos = await photos_of(session, [one.room.id for one in found])
        said = iter(taken)
        return Template(
            "portal/desk/rooms/finding.html",
            context={
                "form": form,
                "found": None
                if found is None
                else [(one, next(said) if one.taken_by else None) for one in found],
                "photos": photos,
                "free_day": free_day,
                "outside": Hindrance.OUTSIDE_HOURS,
                "asked": ASKED,
            },
            status_code=422 if form.problems else 200,
        )
