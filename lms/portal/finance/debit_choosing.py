"""Collecting for one enrolment by a mandate of whoever owes it: `/verwaltung/finanzen/lastschriften/anmeldung/<enrolment>`."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.billing.queries import balance_of
from lms.debits.by_hand import DebitsByHand, mandates_for
from lms.debits.forms import spoken
from lms.debits.models import DebitMandate
from lms.debits.planning import expected_day
from lms.enrolment.queries import Claim, claim_for
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.desk.step import Step, step_page
from lms.portal.finance.debits import LIST
from lms.web.access import may
from lms.web.formats import amount, date_long
from lms.web.forms import Form, Radios, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare

PLANNED = declare("einzug-geplant", N_("It is planned. The payer is told before it is collected."))


class ChoiceForm(Form):
    """By which mandate."""

    mandate = Radios(N_("From which account?"), missing=N_("Choose from which account we collect."))


class DebitChoicePages(Controller):
    """One enrolment."""

    path = LIST + "/anmeldung/{enrolment_id:uuid}"
    opt = may("R", "invoice", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def ask(
        self, enrolment_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """Which mandates there are."""
        _, step, mandates = await _read(around, actor, enrolment_id)
        return step_page(step, _form(mandates))

    @post()
    async def collect(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        debits_by_hand: NamedDependency[DebitsByHand],
    ) -> Template | Redirect:
        """Plan it."""
        claim, step, mandates = await _read(around, actor, enrolment_id)
        form, status = _form(mandates, await request.form()), 422
        if form is None:
            return step_page(step)
        if form.validate():
            try:
                await debits_by_hand.collect(
                    actor,
                    enrolment_id=enrolment_id,
                    run_id=claim.run.id,
                    mandate_id=UUID(form.mandate.data),
                    purpose=f"{claim.run.number} {claim.enrolment.reference}",
                )
                return after(f"/verwaltung/anmeldungen/{enrolment_id}", PLANNED)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return step_page(step, form, status=status)


def _form(mandates: Sequence[DebitMandate], sent: Any = None) -> ChoiceForm | None:
    if not mandates:
        return None
    form = form_from(ChoiceForm, sent)
    form.mandate.choices = [(str(one.id), spoken(one)) for one in mandates]
    return form


async def _read(
    around: Around, actor: Actor, enrolment_id: UUID
) -> tuple[Claim, Step, Sequence[DebitMandate]]:
    async with around.begin.reading() as session:
        claim = await claim_for(session, actor, enrolment_id)
        owed = (await balance_of(session, [enrolment_id]))[enrolment_id].open_cents
        mandates = await mandates_for(session, enrolment_id)
        day = await expected_day(session, claim.run.id, settings=around.settings, at=around.clock())
    payer = claim.contact or claim.person
    back = f"/verwaltung/anmeldungen/{enrolment_id}"
    if mandates:
        sentences = [
            gettext("%(sum)s is still open.", sum=amount(owed)),
            gettext(
                "We collect it as things stand on %(day)s, and write to the payer before.", day=date_long(day)
            ),
        ]
        return claim, _step(back, enrolment_id, sentences), mandates
    sentences = [gettext("Whoever owes this has given no mandate that holds.")]
    path = f"{LIST}/mandate/neu/{payer.id}" if payer is not None else back
    return claim, _step(path, enrolment_id, sentences, way_out=gettext("Write a mandate to be signed")), ()


def _step(back: str, enrolment_id: UUID, sentences: Sequence[str], *, way_out: str = "") -> Step:
    return Step(
        title=gettext("Collect by direct debit"),
        about=gettext("Enrolment"),
        path=f"{LIST}/anmeldung/{enrolment_id}",
        back=back,
        button=gettext("Collect by direct debit") if not way_out else gettext("Look again"),
        way_out=way_out or gettext("Not by direct debit"),
        sentences=sentences,
    )
