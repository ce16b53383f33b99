"""What opens by the link in a letter: one booking, dropping a date, adding one back, withdrawing. Looking changes nothing."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.booking.errors import DatesNotFree
from lms.booking.forms import ReasonForm
from lms.booking.letters import booking_path
from lms.booking.models import BookingDateState
from lms.booking.queries import Whole, whole_of
from lms.booking.rules import CHECK_IN_BEFORE
from lms.booking.service import Bookings
from lms.booking.service.changing import LIVE
from lms.booking.words import DATE_STATES, STATES, group_words, reason_words, room_words
from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.web.access import PUBLIC
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare

WITHDRAWN = declare("buchung-zurueckgezogen", N_("The booking is withdrawn. The room is free for others."))
DROPPED = declare("termin-abgesagt", N_("The date is given back. The room is free for others."))
ADDED = declare(
    "termin-angefragt", N_("The date is requested again. We write to you as soon as it is decided.")
)
THERE = declare("angekommen", N_("Thank you, we know that you are there."))


class BookingPages(Controller):
    """One booking, for whoever holds its link."""

    path = "/buchung/{booking_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def view(
        self, booking_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """How it stands: each date, the price, and what one can do."""
        return _page(around, await _opened(around, booking_id, token), token)

    @get("/zurueckziehen")
    async def consider(
        self, booking_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """Before withdrawing all of it."""
        whole = await _opened(around, booking_id, token)
        return _confirm(whole, token, "")

    @post("/zurueckziehen")
    async def withdraw(
        self,
        request: Request[Any, Any, Any],
        booking_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        bookings: NamedDependency[Bookings],
    ) -> Template | Redirect:
        """Give back every date that is still to come."""
        whole = await _opened(around, booking_id, token)
        form = form_from(ReasonForm, await request.form())
        reason = form.reason.data or "" if form.validate() else ""
        try:
            await bookings.withdraw(actor, booking_id=booking_id, token=token, reason=reason)
        except DomainError as refusal:
            return _page(around, whole, token, refusal)
        return after(booking_path(whole.booking, token), WITHDRAWN)

    @get("/termin/{date_id:uuid}/absagen")
    async def consider_date(
        self,
        booking_id: FromPath[UUID],
        token: FromPath[str],
        date_id: FromPath[UUID],
        around: NamedDependency[Around],
    ) -> Template:
        """Before giving back one date."""
        whole = await _opened(around, booking_id, token)
        if not any(one.date.id == date_id for one in whole.dates):
            raise NotFound
        return _confirm(whole, token, f"/termin/{date_id}/absagen", date_id)

    @post("/termin/{date_id:uuid}/absagen")
    async def drop(
        self,
        request: Request[Any, Any, Any],
        booking_id: FromPath[UUID],
        token: FromPath[str],
        date_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        bookings: NamedDependency[Bookings],
    ) -> Template | Redirect:
        """Give back one date."""
        whole = await _opened(around, booking_id, token)
        form = form_from(ReasonForm, await request.form())
        reason = form.reason.data or "" if form.validate() else ""
        try:
            await bookings.drop(actor, booking_id=booking_id, date_id=date_id, token=token, reason=reason)
        except NotFound:
            raise
        except DomainError as refusal:
            return _page(around, whole, token, refusal)
        return after(booking_path(whole.booking, token), DROPPED)

    @post("/termin/{date_id:uuid}/anfragen")
    async def add_back(
        self,
        booking_id: FromPath[UUID],
        token: FromPath[str],
        date_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        bookings: NamedDependency[Bookings],
    ) -> Template | Redirect:
        """Ask again for a date that was left out."""
        whole = await _opened(around, booking_id, token)
        try:
            await bookings.add_back(actor, booking_id=booking_id, date_id=date_id, token=token)
        except NotFound:
            raise
        except DomainError as refusal:
            return _page(around, whole, token, refusal)
        return after(booking_path(whole.booking, token), ADDED)

    @post("/termin/{date_id:uuid}/da")
    async def check_in(
        self,
        booking_id: FromPath[UUID],
        token: FromPath[str],
        date_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        bookings: NamedDependency[Bookings],
    ) -> Template | Redirect:
        """Say that one is there."""
        whole = await _opened(around, booking_id, token)
        try:
            await bookings.check_in_date(actor, booking_id=booking_id, date_id=date_id, token=token)
        except NotFound:
            raise
        except DomainError as refusal:
            return _page(around, whole, token, refusal)
        return after(booking_path(whole.booking, token), THERE)


async def _opened(around: Around, booking_id: UUID, token: str) -> Whole:
    """The booking that the link opens. Raises NotFound for a wrong or old link, as for a missing booking."""
    async with around.begin.reading() as session:
        whole = await whole_of(session, booking_id)
    if not around.signer.matches(token, "booking", booking_id, whole.booking.link_version):
        raise NotFound
    return whole


def _page(around: Around, whole: Whole, token: str, refusal: DomainError | None = None) -> Template:
    now = around.clock()
    words = ""
    if refusal is not None:
        words = (
            gettext("The room is still not free on this day. Perhaps later, or another room suits you.")
            if isinstance(refusal, DatesNotFree)
            else gettext(refusal.message, **refusal.params)
        )
    is_live = whole.booking.state in LIVE
    held = whole.in_state(BookingDateState.REQUESTED, BookingDateState.APPROVED)
    return Template(
        "booking/booking.html",
        context={
            "whole": whole,
            "here": booking_path(whole.booking, token),
            "states": STATES,
            "date_states": DATE_STATES,
            "group": group_words(whole.group),
            "room_words": room_words,
            "reason_words": reason_words,
            "moment": now,
            "check_in_from": CHECK_IN_BEFORE,
            "is_live": is_live,
            "may_withdraw": is_live and any(one.date.starts_at > now for one in held),
            "may_add": is_live,
            "refusal": words,
        },
        status_code=refusal.status if refusal else 200,
        headers=PRIVATE,
    )


def _confirm(whole: Whole, token: str, path: str, date_id: UUID | None = None) -> Template:
    here = booking_path(whole.booking, token)
    one = next((each for each in whole.dates if each.date.id == date_id), None)
    return Template(
        "booking/consider.html",
        context={
            "whole": whole,
            "one": one,
            "here": here,
            "path": here + (path or "/zurueckziehen"),
            "form": form_from(ReasonForm),
            "room_words": room_words,
        },
        headers=PRIVATE,
    )
