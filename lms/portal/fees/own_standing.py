"""`/kursleitung/status`: what a trainer has agreed to, and what they declare about the tax-free allowance."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.honoraria.standing.models import AllowanceDeclaration
from lms.honoraria.standing.queries import declarations_of, standing_of
from lms.honoraria.standing.service import Declared, StatusFiles
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.web.access import may
from lms.web.forms import Checkbox, Euro, Form, Hidden, Number, form_from
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.sent import uuid_in

OWN = "/kursleitung/status"
WITHDRAWN = declare(
    "zustimmung-zurueckgenommen", N_("Your consent does not hold any more. It stays in the file.")
)


class DeclarationForm(Form):
    """The allowance of one year."""

    year = Number(N_("For which year?"), least=2021, most=2100, width=5, missing=N_("Enter the year."))
    claimed = Euro(
        N_("Amount to be used here"),
        hint=N_("So much of your fees from us is to be free of tax. 0 means: nothing."),
        missing=N_("Enter the amount to be used here, or 0."),
    )
    elsewhere = Euro(
        N_("Amount you use with other clients"), hint=N_("Empty means: nothing."),
    )  # fmt: skip
    is_side_job = Checkbox(N_("The work is a side job: at most a third of full-time work."))
    only_client = Checkbox(N_("This centre is my only client."))
    key = Hidden()

    def declared(self) -> Declared:
        """What a valid form declares."""
        return Declared(
            year=self.year.data, claimed_cents=self.claimed.data, elsewhere_cents=self.elsewhere.data or 0,
            is_side_job=bool(self.is_side_job.data), only_client=bool(self.only_client.data),
        )  # fmt: skip


def declaration_form(stored: AllowanceDeclaration | None, year: int, *, key: str) -> DeclarationForm:
    """What was declared last, to be changed."""
    known: dict[str, Any] = {}
    if stored is not None:
        known = {
            "claimed": stored.claimed_cents, "elsewhere": stored.elsewhere_cents,
            "is_side_job": stored.is_side_job, "only_client": stored.only_client,
        }  # fmt: skip
    return form_from(DeclarationForm, None, year=year, key=key, **known)


async def declare_from(
    sent: Any, status_files: StatusFiles, actor: Actor, person_id: UUID
) -> tuple[DeclarationForm, int]:
    """Declare what was sent; gives the form, and the status of what refuses it (0: it is declared)."""
    form = form_from(DeclarationForm, sent)
    if not form.validate():
        return form, 422
    try:
        await status_files.declare(
            actor, person_id=person_id, declaration_id=uuid_in(form.key.data) or uuid4(), declared=form.declared()
        )  # fmt: skip
    except NotFound:
        raise
    except DomainError as refusal:
        form.refuse("claimed", refusal.message, **refusal.params)
        return form, refusal.status
    return form, 0


class OwnStandingPages(Controller):
    """Only for trainers, about themselves."""

    path = OWN
    opt = may("accept", "contract")
    include_in_schema = False

    @get()
    async def show(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """This year, consents, and the form."""
        return await _page(around, actor)

    @post()
    async def declare(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        status_files: NamedDependency[StatusFiles],
    ) -> Template | Redirect:
        """Declare the allowance of a year."""
        form, status = await declare_from(await request.form(), status_files, actor, _person(actor))
        return await _page(around, actor, form=form, status=status) if status else after(OWN, SAVED)

    @get("/zustimmung/{consent_id:uuid}/zuruecknehmen")
    async def ask_withdrawal(
        self, consent_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """What follows from it."""
        async with around.begin.reading() as session:
            one = await standing_of(session, _person(actor), today(around.clock).year)
        found = next((row for row in one.consents if row.id == consent_id), None)
        if found is None:
            raise NotFound
        return Template("portal/fees/withdraw_consent.html", context={"consent": found})

    @post("/zustimmung/{consent_id:uuid}/zuruecknehmen")
    async def withdraw(
        self,
        consent_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        status_files: NamedDependency[StatusFiles],
    ) -> Redirect:
        """It does not hold any more."""
        await status_files.withdraw_consent(actor, person_id=_person(actor), consent_id=consent_id)
        return after(OWN, WITHDRAWN)


def _person(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise NotFound
    return actor.person_id


async def _page(
    around: Around, actor: Actor, *, form: DeclarationForm | None = None, status: int = 200
) -> Template:
    year = today(around.clock).year
    async with around.begin.reading() as session:
        one = await standing_of(session, _person(actor), year)
        declared = await declarations_of(session, _person(actor))
    return Template(
        "portal/fees/own_standing.html",
        context={
            "one": one, "declared": declared, "year": year,
            "form": form or declaration_form(one.year.declaration, year, key=str(uuid4())),
        },
        status_code=status,
    )  # fmt: skip
