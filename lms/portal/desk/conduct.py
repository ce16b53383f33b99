"""That the team has seen a trainer's certificate of conduct (L-34): the dates only, never the paper."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.people.models import Person
from lms.people.queries import person_of
from lms.portal.desk.ideas import key_of
from lms.portal.desk.step import Step, step_page
from lms.trainers.service import Trainers
from lms.web.access import may
from lms.web.forms import DateParts, Form, Hidden, form_from
from lms.web.language import gettext
from lms.web.notices import SAVED, after

TRAINERS = "/verwaltung/kursleitungen"


class ConductForm(Form):
    """What the team writes down about a certificate of conduct."""

    seen_on = DateParts(N_("When did you see it?"), missing=N_("Enter the day on which you saw it."))
    valid_until = DateParts(
        N_("Until when is it valid?"), hint=N_("At most five years after it was seen."),
        missing=N_("Enter until when it is valid."),
    )  # fmt: skip
    key = Hidden()


class ConductPages(Controller):
    """One trainer's certificate of conduct."""

    path = TRAINERS + "/{person_id:uuid}/fuehrungszeugnis"
    opt = may("U", "availability", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def ask(self, person_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """When it was seen."""
        async with begin.reading() as session:
            person = await person_of(session, person_id)
        return step_page(_seeing(person), form_from(ConductForm, key=str(uuid4())))

    @post()
    async def record(
        self,
        request: Request[Any, Any, Any],
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        trainers: NamedDependency[Trainers],
    ) -> Template | Redirect:
        """Write it down; from then on they may teach young people."""
        form, status = form_from(ConductForm, await request.form()), 422
        if form.validate():
            try:
                await trainers.record_conduct(
                    actor,
                    person_id=person_id,
                    record_id=key_of(form.key.data),
                    seen_on=form.seen_on.data,
                    valid_until=form.valid_until.data,
                )
                return after(f"{TRAINERS}/{person_id}", SAVED)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        async with begin.reading() as session:
            person = await person_of(session, person_id)
        return step_page(_seeing(person), form, status=status)


def _seeing(person: Person) -> Step:
    return Step(
        title=gettext("Certificate of conduct seen"),
        about=person.name,
        path=f"{TRAINERS}/{person.id}/fuehrungszeugnis",
        back=f"{TRAINERS}/{person.id}",
        button=gettext("Record it"),
        way_out=gettext("Not yet"),
        sentences=[
            gettext("Whoever teaches children and young people needs it. We keep the dates only, never a copy of the paper.")
        ],
    )  # fmt: skip
