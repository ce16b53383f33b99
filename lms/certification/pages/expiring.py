"""The team's list of certificates that lose their validity: the next months, and those that have run out."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import ColumnElement

from lms.accounts.handing_out import persons_file
from lms.certification.models import Certificate
from lms.certification.pages.one_document import CERTIFICATES, ISSUE, READ, Sent
from lms.certification.validity.queries import Ending, endings
from lms.certification.validity.service import Validity
from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock, local, today
from lms.kernel.marking import N_
from lms.web.csv import Cell
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.pagination import page_of, window

EXPIRING = f"{CERTIFICATES}/ablaufend"
SOON, OVER, EVERY = "bald", "abgelaufen", "alle"
WITHIN = timedelta(days=90)
MOST = 20_000
STOPPED = declare("keine-erinnerung", N_("This person gets no more reminders about this certificate."))


class ExpiringPages(Controller):
    """Certificates with an end."""

    path = EXPIRING
    include_in_schema = False

    @get(opt=READ)
    async def index(
        self,
        request: Sent,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        ansicht: FromQuery[str] = SOON,
    ) -> Template:
        """The nearest first."""
        ensure(actor.may_for_all("R", "certificate"), actor)
        number, size, offset = window(request.query_params.get("seite"))
        day = today(clock)
        async with begin.reading() as session:
            found, total = await endings(session, *_view(ansicht, day), limit=size, offset=offset)
        page = page_of(
            found, number=number, size=size, total=total, path=EXPIRING, query=request.query_params.multi_items()
        )  # fmt: skip
        context = {
            "page": page,
            "view": ansicht if ansicht in {OVER, EVERY} else SOON,
            "today": day,
            "stopped": _is_stopped,
            "may_issue": actor.may_for_all("issue", "certificate"),
        }
        return Template("certification/kinds/expiring.html", context=context)

    @get(["/liste.csv", "/liste.xlsx"], opt=READ)
    async def table(
        self,
        request: Sent,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        clock: NamedDependency[Clock],
        ansicht: FromQuery[str] = SOON,
    ) -> Response[bytes]:
        """The same as a file."""
        ensure(actor.may_for_all("R", "certificate"), actor)
        async with around.begin.reading() as session:
            found, _ = await endings(session, *_view(ansicht, today(clock)), limit=MOST)
        rows: list[Sequence[Cell]] = [[
            gettext("Number"), gettext("Name"), gettext("Course"), gettext("Valid until"), gettext("Reminded on"),
            gettext("Renewed"),
        ]]  # fmt: skip
        for one in found:
            reminded = one.certificate.reminded_at
            rows.append([
                one.certificate.number, str(one.certificate.facts["holder"]["name"]), one.title,
                one.certificate.valid_until,
                local(reminded).date() if reminded and not _is_stopped(one) else None,
                gettext("Yes") if one.is_renewed else gettext("No"),
            ])  # fmt: skip
        return await persons_file(request, around, actor, "ablaufende-nachweise", rows)

    @post("/{certificate_id:uuid}/keine-erinnerung", opt=ISSUE)
    async def stop(
        self,
        certificate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        validity: NamedDependency[Validity],
    ) -> Redirect:
        """Let somebody be who wants no reminders."""
        await validity.stop(actor, certificate_id=certificate_id)
        return after(EXPIRING, STOPPED)


def _view(name: str, day: date) -> Sequence[ColumnElement[bool]]:
    if name == EVERY:
        return []
    if name == OVER:
        return [Certificate.valid_until < day]
    return [Certificate.valid_until.between(day, day + WITHIN)]


def _is_stopped(one: Ending) -> bool:
    reminded, end = one.certificate.reminded_at, one.certificate.valid_until
    return reminded is not None and end is not None and local(reminded).date() > end
