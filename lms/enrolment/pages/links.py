"""What opens by the link in a letter, without an account: one enrolment, and cancelling it. Looking changes nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.enrolment.choices.reading import own_choices
from lms.enrolment.clubs.leaving import last_of_month, planned_day
from lms.enrolment.conditions.answered import answers_path, own_answers
from lms.enrolment.forms import CancelForm, LeaveClubForm
from lms.enrolment.lists.reading import story_of
from lms.enrolment.models import LIVE, EnrolmentState
from lms.enrolment.pages.dropping_in import give_back, give_back_page, opened
from lms.enrolment.pages.offering import other_runs
from lms.enrolment.pages.other_choices import PART
from lms.enrolment.pages.private import PRIVATE
from lms.enrolment.pages.receipt import Receipt, receipt_of
from lms.enrolment.pages.ways import ways_for
from lms.enrolment.queries import Claim, claim, claim_for
from lms.enrolment.service import Enrolments
from lms.enrolment.service.offering import offer_path
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import DomainError, NotFound
from lms.scheduling.calendar import Entry
from lms.scheduling.rules import door_is_open
from lms.web import formats
from lms.web.access import PUBLIC, SIGNED_IN
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.templating import url

AT_MONTHS_END = "monatsende"
AnyRequest = Request[Any, Any, Any]


class LinkPages(Controller):
    """One enrolment, for whoever holds its link."""

    path = "/anmeldung/{enrolment_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def view(
        self, enrolment_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """How it stands: dates, price, payment, and what one can do."""
        async with around.begin.reading() as session:
            found = opened(around, await claim(session, enrolment_id), token)
            receipt = await receipt_of(session, around, [found])
            ways = await ways_for(session, around, found)
            answers, may_answer = await own_answers(session, found, around.clock())
            story = await story_of(session, found, around.clock())
            choices = await own_choices(session, found, around.clock())
            others = []
            if found.enrolment.state not in LIVE:
                others = list(await other_runs(session, found.run, around.clock()))
            offer = found.offer
            answer_path = await offer_path(session, around.signer, offer) if offer else ""
        return Template(
            "enrolment/enrolment.html",
            context={
                "receipt": receipt,
                "story": story,
                "choices": choices,
                "choices_path": f"{_path(enrolment_id, token)}/{PART}",
                "offering": receipt.offering,
                "here": _path(enrolment_id, token),
                "offer_path": answer_path,
                "deadline": offer.deadline if offer else None,
                "others": others,
                "answers": answers,
                "answers_path": answers_path(around.signer, found.enrolment) if may_answer else "",
                "door": _door(around, receipt, token),
                "is_over": _is_over(receipt, around.clock()),
                "ways": ways,
            },
            headers=PRIVATE,
        )

    @get("/abmelden")
    async def consider(
        self,
        enrolment_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """What cancelling means, in euros, before the button."""
        async with around.begin.reading() as session:
            found = opened(around, await claim(session, enrolment_id), token)
        here = _path(enrolment_id, token)
        return await consider(enrolment, actor, around, found, token=token, here=here)

    @post("/abmelden")
    async def cancel(
        self,
        request: AnyRequest,
        enrolment_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Give the place back, or leave the waiting list."""
        async with around.begin.reading() as session:
            found = opened(around, await claim(session, enrolment_id), token)
        here = _path(enrolment_id, token)
        return await cancel(request, enrolment, actor, around, found, token=token, here=here)


class OwnCancelPages(Controller):
    """The same for somebody signed in, out of *Meine Kurse*."""

    path = "/meine-kurse/{enrolment_id:uuid}/abmelden"
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def consider(
        self,
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """What cancelling means, in euros, before the button."""
        async with begin.reading() as session:
            found = await claim_for(session, actor, enrolment_id)
        return await consider(enrolment, actor, around, found, here=f"/meine-kurse/{enrolment_id}")

    @post()
    async def cancel(
        self,
        request: AnyRequest,
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Give the place back, or leave the waiting list."""
        async with begin.reading() as session:
            found = await claim_for(session, actor, enrolment_id)
        return await cancel(request, enrolment, actor, around, found, here=f"/meine-kurse/{enrolment_id}")


async def consider(
    enrolment: Enrolments,
    actor: Actor,
    around: Around,
    found: Claim,
    *,
    here: str,
    token: str = "",
    refusal: DomainError | None = None,
) -> Template | Redirect:
    """The page before cancelling; whoever has cancelled already is led to how it stands."""
    if found.enrolment.state not in LIVE:
        return Redirect(url(here), status_code=303, headers=PRIVATE)
    if found.enrolment.is_drop_in and found.enrolment.state is EnrolmentState.CONFIRMED:
        return await give_back_page(around, found, here=here)
    outcome = await enrolment.preview_cancellation(actor, enrolment_id=found.enrolment.id, token=token)
    async with around.begin.reading() as session:
        receipt = await receipt_of(session, around, [found], actor)
        ways = await ways_for(session, around, found)
        leaves_on = await planned_day(session, found.enrolment.id)
    form = _cancel_form(found, around)
    return Template(
        "enrolment/cancel.html",
        context={
            "receipt": receipt,
            "ways": ways,
            "offering": receipt.offering,
            "outcome": outcome,
            "has_place": found.enrolment.state is EnrolmentState.CONFIRMED,
            "form": form,
            "leaves_on": leaves_on,
            "is_member": _is_member(found),
            "here": here,
            "refusal": gettext(refusal.message, **refusal.params) if refusal else "",
        },
        status_code=refusal.status if refusal else 200,
        headers=PRIVATE,
    )


async def cancel(
    request: AnyRequest,
    enrolment: Enrolments,
    actor: Actor,
    around: Around,
    found: Claim,
    *,
    here: str,
    token: str = "",
) -> Template | Redirect:
    """Cancel, and show how it stands then. Twice is as good as once."""
    if found.enrolment.is_drop_in and found.enrolment.state is EnrolmentState.CONFIRMED:
        return await give_back(request, enrolment, actor, around, found, here=here, token=token)
    sent = await request.form()
    if sent.get("act") == "bleiben":
        await enrolment.stay_after_all(actor, enrolment_id=found.enrolment.id, token=token)
        return Redirect(url(here), status_code=303, headers=PRIVATE)
    if sent.get("when") == AT_MONTHS_END and _is_member(found):
        await enrolment.leave_at_months_end(actor, enrolment_id=found.enrolment.id, token=token)
        return Redirect(url(f"{here}/abmelden"), status_code=303, headers=PRIVATE)
    form = form_from(CancelForm, sent)
    reason = form.reason.data if form.validate() and form.reason.data else ""
    try:
        await enrolment.cancel(actor, enrolment_id=found.enrolment.id, reason=reason, token=token)
    except NotFound:
        raise
    except DomainError as refusal:
        return await consider(enrolment, actor, around, found, here=here, token=token, refusal=refusal)
    return Redirect(url(here), status_code=303, headers=PRIVATE)


def _is_member(found: Claim) -> bool:
    return found.run.is_open_ended and found.enrolment.state is EnrolmentState.CONFIRMED


def _cancel_form(found: Claim, around: Around) -> CancelForm:
    """Whoever leaves a club says when; else there is nothing to say but why."""
    if not _is_member(found):
        return form_from(CancelForm)
    form = form_from(LeaveClubForm, when=AT_MONTHS_END)
    day = formats.date_long(last_of_month(local(around.clock()).date()))
    form.when.choices = [
        (AT_MONTHS_END, gettext("at the end of this month, on %(day)s", day=day)),
        ("sofort", gettext("at once")),
    ]
    return form


def _is_over(receipt: Receipt, now: datetime) -> bool:
    """Whether nothing of it is still to come; who comes to single dates is done after the last of theirs."""
    ends_at = receipt.offering.run.ends_at
    if receipt.first.is_drop_in and receipt.offering.held:
        ends_at = receipt.offering.held[-1].ends_at
    return ends_at is not None and ends_at <= now


@dataclass(frozen=True, slots=True)
class Door:
    """The way into the online room of the session that is under way or comes next."""

    path: str
    is_open: bool
    minutes: int
    entry: Entry


def _door(around: Around, receipt: Receipt, token: str) -> Door | None:
    """Only for somebody with a place, and only while a session with an online room is still to come."""
    if receipt.state is not EnrolmentState.CONFIRMED:
        return None
    now, minutes = around.clock(), around.settings.join_minutes_before
    for entry in receipt.offering.held:
        if entry.has_online_room and entry.ends_at > now:
            path = f"/termine/{entry.session_id}/online/{receipt.first.id}/{token}"
            return Door(path, door_is_open(entry, now, minutes), minutes, entry)
    return None


def _path(enrolment_id: UUID, token: str) -> str:
    return f"/anmeldung/{enrolment_id}/{token}"
