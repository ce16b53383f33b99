"""What a guardian sees by the link in the letter: `/einwilligung/<enrolment>/<token>` (L-30).

It shows the run, the child's first name and the price, and nothing else about the child.
"""

from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.enrolment.errors import ConsentNotNeeded
from lms.enrolment.forms import EARLY_START, ConsentForm
from lms.enrolment.models import EnrolmentState
from lms.enrolment.pages.asking import name_child
from lms.enrolment.pages.offering import Offering, offering_of
from lms.enrolment.pages.ordering import photo_wording
from lms.enrolment.pages.private import PRIVATE
from lms.enrolment.pages.words import HOW_PAID, begins_too_early, cancel_words, withdrawal_words
from lms.enrolment.queries import Claim, claim, sessions_of
from lms.enrolment.seats.rules import is_for_employee, is_held_seat
from lms.enrolment.service import Enrolments
from lms.enrolment.values import ChildFacts
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.people.models import Guardianship
from lms.web.access import PUBLIC
from lms.web.formats import phone
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]


class ConsentPages(Controller):
    """Agree to the enrolment of a child, or do not."""

    path = "/einwilligung/{enrolment_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def view(
        self, enrolment_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """What it is about, and the questions; or what has become of it."""
        found, offering, starts_at, kept = await _read(around, enrolment_id, token)
        known: dict[str, Any] = {"photo": "no"}
        if kept is not None:
            alone = kept.may_go_home_alone
            known["emergency_phone"] = phone(kept.emergency_phone)
            known["alone"] = None if alone is None else "yes" if alone else "no"
        return _page(around, found, offering, token, _form(around, found, offering, starts_at, None, **known))

    @post()
    async def agree(
        self,
        request: AnyRequest,
        enrolment_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Keep the consent with the words it was given to."""
        found, offering, starts_at, _ = await _read(around, enrolment_id, token)
        form = _form(around, found, offering, starts_at, await request.form())
        if not form.validate():
            return _page(around, found, offering, token, form, status=422)
        child = ChildFacts(
            emergency_phone=form.emergency_phone.data or "",
            may_go_home_alone=form.alone.data == "yes",
            photo_wording=photo_wording(_first_name(found)) if form.photo.data == "yes" else "",
        )
        with suppress(ConsentNotNeeded):  # the page says what has become of it
            await enrolment.consent(
                actor,
                enrolment_id=enrolment_id,
                wording=gettext(form.agreed.label.text),
                token=token,
                child=child,
                early_start_wording=gettext(EARLY_START) if "early" in form else "",
            )
        return _back(enrolment_id, token)

    @post("/ablehnen")
    async def refuse(
        self,
        enrolment_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
    ) -> Redirect:
        """The guardian does not agree: the request ends."""
        await _read(around, enrolment_id, token)
        await enrolment.refuse_consent(actor, enrolment_id=enrolment_id, token=token)
        return _back(enrolment_id, token)


async def _read(
    around: Around, enrolment_id: UUID, token: str
) -> tuple[Claim, Offering, datetime | None, Guardianship | None]:
    async with around.begin.reading() as session:
        found = await claim(session, enrolment_id)
        enrolment = found.enrolment
        if not around.signer.matches(token, "consent", enrolment.id, enrolment.link_version):
            raise NotFound
        if enrolment.guardian_id is None:
            raise NotFound
        kept = (
            await session.scalars(
                select(Guardianship).where(
                    Guardianship.guardian_id == enrolment.guardian_id,
                    Guardianship.child_id == enrolment.person_id,
                )
            )
        ).first()
        starts_at = found.run.starts_at
        if enrolment.is_drop_in:
            chosen = [
                meeting.starts_at
                for one, meeting in await sessions_of(session, enrolment.id)
                if not one.ended_at
            ]
            starts_at = next(iter(chosen), None)
        return found, await offering_of(session, enrolment.run_id), starts_at, kept


def _first_name(found: Claim) -> str:
    return found.person.given_name if found.person else ""


def _form(
    around: Around, found: Claim, offering: Offering, starts_at: datetime | None, submitted: Any, **known: Any
) -> ConsentForm:
    """The questions; the express request to begin only of whoever pays, where it would begin too early (L-14)."""
    form = form_from(ConsentForm, submitted, **known)
    name_child(form, _first_name(found))
    enrolment = found.enrolment
    owes = bool(enrolment.price_cents) and enrolment.company_id is None
    if not (owes and begins_too_early(offering, starts_at, around.clock(), around.settings)):
        del form.early
    return form


def _page(
    around: Around, found: Claim, offering: Offering, token: str, form: ConsentForm, *, status: int = 200
) -> Template:
    enrolment = found.enrolment
    return Template(
        "enrolment/consent.html",
        context={
            "offering": offering,
            "enrolment": enrolment,
            "child": _first_name(found),
            "form": form,
            "by_company": is_for_employee(enrolment),
            "is_open": (enrolment.state is EnrolmentState.REQUESTED or is_held_seat(enrolment))
            and enrolment.consented_at is None,
            "here": f"/einwilligung/{enrolment.id}/{token}",
            "withdrawal": withdrawal_words(offering),
            "cancel_words": cancel_words(offering.run, around.clock()),
            "offer_hours": around.settings.offer_hours,
            "how_paid": gettext(HOW_PAID[enrolment.payment_method])
            if enrolment.payment_method in HOW_PAID
            else "",
            "pay_path": f"/zahlen/{enrolment.id}/{around.signer.token('enrolment', enrolment.id, enrolment.link_version)}",
        },
        status_code=status,
        headers=PRIVATE,
    )


def _back(enrolment_id: UUID, token: str) -> Redirect:
    return Redirect(url(f"/einwilligung/{enrolment_id}/{token}"), status_code=303, headers=PRIVATE)
