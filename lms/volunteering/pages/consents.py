"""What a guardian sees by the link in the letter: agree, do not agree, take the consent back (L-30)."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.volunteering.errors import ConsentByTeam, ConsentNotOpen
from lms.volunteering.forms import AgreeForm
from lms.volunteering.letters import consent_path, desk_words
from lms.volunteering.models import Duty, DutyState, HelperState, Shift
from lms.volunteering.queries.helpers import Known, helper_of, limits_of
from lms.volunteering.queries.hours import rate_on
from lms.volunteering.queries.shifts import duties_of
from lms.volunteering.service import Helpers
from lms.volunteering.service.acts import CONSENT
from lms.web.access import PUBLIC
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare

AnyRequest = Request[Any, Any, Any]
AGREED = declare("mithelfen-eingewilligt", N_("Thank you. Your consent is kept."))
NOT_AGREED = declare("mithelfen-nicht-eingewilligt", N_("Your answer is kept. Shifts to come have ended."))


class HelperConsentPages(Controller):
    """Whether a child may help."""

    path = "/mithelfen/einwilligung/{helper_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def view(
        self, helper_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """What it is about, and the question; or what was answered."""
        return await _page(around, helper_id, token, form_from(AgreeForm))

    @post()
    async def agree(
        self,
        request: AnyRequest,
        helper_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        helpers: NamedDependency[Helpers],
    ) -> Template | Redirect:
        """Keep the consent with the words it was given to."""
        known = await _opened(around, helper_id, token)
        form = form_from(AgreeForm, await request.form())
        if not form.validate():
            return await _page(around, helper_id, token, form, status=422)
        try:
            await helpers.consent(
                actor, helper_id=helper_id, token=token, wording=gettext(form.agreed.label.text)
            )
        except ConsentByTeam as refusal:
            form.refuse("", refusal.message)
            return await _page(around, helper_id, token, form, status=refusal.status)
        except ConsentNotOpen:
            return await _page(around, helper_id, token, form_from(AgreeForm))
        return after(consent_path(known, token), AGREED)

    @post("/ablehnen")
    async def refuse(
        self,
        helper_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        helpers: NamedDependency[Helpers],
    ) -> Redirect:
        """No, or no longer."""
        known = await _opened(around, helper_id, token)
        with suppress(ConsentNotOpen):
            await helpers.end_consent(actor, helper_id=helper_id, token=token)
        return after(consent_path(known, token), NOT_AGREED)


async def _opened(around: Around, helper_id: UUID, token: str) -> Known:
    async with around.begin.reading() as session:
        known = await helper_of(session, helper_id)
    helper = known.helper
    if helper.guardian_id is None or not around.signer.matches(
        token, CONSENT, helper.id, helper.link_version
    ):
        raise NotFound
    return known


async def _page(
    around: Around, helper_id: UUID, token: str, form: AgreeForm, *, status: int = 200
) -> Template:
    known = await _opened(around, helper_id, token)
    helper, now = known.helper, around.clock()
    async with around.begin.reading() as session:
        limits, rate = await limits_of(session), await rate_on(session, today(around.clock))
        coming = await duties_of(session, helper_id, Duty.state == DutyState.TAKEN, Shift.ends_at > now)
    until = helper.consent_asked_until
    is_live = helper.state in {HelperState.ASKED, HelperState.APPROVED}
    return Template(
        "volunteering/consent.html",
        context={
            "known": known,
            "child": known.person.given_name,
            "form": form,
            "here": consent_path(known, token),
            "limits": limits,
            "has_allowance": rate is not None and rate.cents > 0,
            "is_open": is_live and not known.has_consent and until is not None and until > now,
            "is_given": is_live and known.has_consent,
            "coming": [(shift, desk_words(desk, venue)) for _, shift, desk, venue in coming],
        },
        status_code=status,
        headers=PRIVATE,
    )
