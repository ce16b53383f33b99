"""Entering oneself with the link of a letter: only the code is still to be typed."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.attendance.checkin.codes import ticket
from lms.attendance.checkin.errors import NotExpected, WrongCode
from lms.attendance.checkin.models import CheckInWay
from lms.attendance.checkin.service import CheckIns
from lms.attendance.pages.at_the_wall import HERE, CodeForm, code_page, session_of_code
from lms.enrolment.models import EnrolmentState
from lms.enrolment.pages.dropping_in import opened
from lms.enrolment.pages.private import PRIVATE
from lms.enrolment.queries import claim
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.web.access import PUBLIC
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]


class ComingByLinkPages(Controller):
    """The same for whoever holds the link of a letter: only the code is still to be typed."""

    path = "/anmeldung/{enrolment_id:uuid}/{token:str}/da"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def ask(
        self, enrolment_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """Where the code is typed."""
        await _of_link(around, enrolment_id, token)
        return code_page(form_from(CodeForm), f"/anmeldung/{enrolment_id}/{token}/da")

    @post()
    async def enter(
        self,
        request: AnyRequest,
        enrolment_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        check_ins: NamedDependency[CheckIns],
    ) -> Template | Redirect:
        """Enter whoever the link belongs to."""
        await _of_link(around, enrolment_id, token)
        here = f"/anmeldung/{enrolment_id}/{token}/da"
        form = form_from(CodeForm, await request.form())
        if not form.validate():
            return code_page(form, here, 422)
        try:
            session_id = await session_of_code(around, actor, form.code.data)
            entered = await check_ins.enter(
                actor, session_id=session_id, enrolment_ids=[enrolment_id], way=CheckInWay.LINK
            )
        except (NotExpected, WrongCode) as refusal:
            form.refuse("code", refusal.message)
            return code_page(form, here, refusal.status)
        pass_ = ticket(around.signer, session_id, around.clock())
        return Redirect(url(f"{HERE}/{pass_}/{entered[0].id}"), status_code=303, headers=PRIVATE)


async def _of_link(around: Around, enrolment_id: UUID, token: str) -> None:
    async with around.begin.reading() as session:
        found = opened(around, await claim(session, enrolment_id), token)
    if found.enrolment.state is not EnrolmentState.CONFIRMED:
        raise NotFound
