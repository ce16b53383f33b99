"""Enrolling before everybody else, because one wished for it: `/vorab/<run>/<right>/<token>`."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.enrolment import rules
from lms.enrolment.early import rights
from lms.enrolment.lists.following import is_early
from lms.enrolment.pages.following import begin_by_link
from lms.enrolment.pages.offering import offering_of
from lms.enrolment.pages.private import PRIVATE
from lms.enrolment.service import Enrolments
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.web.access import PUBLIC
from lms.web.module import Around


class EarlyBookingPages(Controller):
    """The link of the letter recognises whoever was granted the right; looking changes nothing."""

    path = "/vorab/{run_id:uuid}/{right_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def show(
        self,
        run_id: FromPath[UUID],
        right_id: FromPath[UUID],
        token: FromPath[str],
        around: NamedDependency[Around],
    ) -> Template:
        """What it is, until when it is only for them, for how many, and the button."""
        if not around.signer.matches(token, rights.purpose(run_id), right_id):
            raise NotFound
        now = around.clock()
        async with around.begin.reading() as session:
            offering = await offering_of(session, run_id)
            right = await rights.right_of(session, run_id, right_id)
            is_used = await rights.is_used(session, right)
        early = is_early(offering.run, now)
        return Template(
            "enrolment/early.html",
            context={
                "offering": offering,
                "right": right,
                "is_early": early,
                "is_used": is_used and early,
                "is_open": early or rules.is_open(offering.run, now),
                "is_full": offering.run.free <= 0 or offering.run.waiting > 0,
                "here": f"/vorab/{run_id}/{right_id}/{token}",
            },
            headers=PRIVATE,
        )

    @post()
    async def begin_form(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        right_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Open the form with what we know, and hold a place if one is free."""
        return await begin_by_link(
            request, actor, around, enrolment, run_id, early_right=right_id, token=token
        )
