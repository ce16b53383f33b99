"""Enrolling in the run that follows, before everybody else: `/weitermelden/<run>/<former enrolment>/<token>`."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.enrolment import rules
from lms.enrolment.errors import EarlyRightUsed, EnrolmentClosed, NotYetOpen, RunNotOffered
from lms.enrolment.lists.following import former, is_early, purpose
from lms.enrolment.pages.drafts import find
from lms.enrolment.pages.offering import offering_of
from lms.enrolment.pages.private import PRIVATE, browser_cookie, new_browser_key
from lms.enrolment.pages.questions import Step
from lms.enrolment.pages.wizard import refused
from lms.enrolment.service import Enrolments
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.web.access import PUBLIC
from lms.web.module import Around
from lms.web.templating import url


class FollowUpPages(Controller):
    """The link of the letter recognises whoever took part; looking changes nothing."""

    path = "/weitermelden/{run_id:uuid}/{enrolment_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def show(
        self,
        run_id: FromPath[UUID],
        enrolment_id: FromPath[UUID],
        token: FromPath[str],
        around: NamedDependency[Around],
    ) -> Template:
        """What it is, until when it is only for them, and the button."""
        if not around.signer.matches(token, purpose(run_id), enrolment_id):
            raise NotFound
        now = around.clock()
        async with around.begin.reading() as session:
            offering = await offering_of(session, run_id)
            _, person, _ = await former(session, offering.run, enrolment_id)
        early = is_early(offering.run, now)
        return Template(
            "enrolment/follow_up.html",
            context={
                "offering": offering,
                "person": person,
                "is_early": early,
                "is_open": early or rules.is_open(offering.run, now),
                "is_full": offering.run.free <= 0 or offering.run.waiting > 0,
                "here": f"/weitermelden/{run_id}/{enrolment_id}/{token}",
            },
            headers=PRIVATE,
        )

    @post()
    async def begin_form(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        enrolment_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Open the form with what we know, and hold a place if one is free."""
        return await begin_by_link(
            request, actor, around, enrolment, run_id, follows=enrolment_id, token=token
        )


async def begin_by_link(
    request: Request[Any, Any, Any],
    actor: Actor,
    around: Around,
    enrolment: Enrolments,
    run_id: UUID,
    *,
    token: str,
    follows: UUID | None = None,
    early_right: UUID | None = None,
) -> Template | Redirect:
    """Open the form that the link of a letter may open early, or say why not."""
    found = await find(request, actor, around, run_id)
    is_known = found.draft is not None or found.completed_id is not None
    key = found.key if is_known else new_browser_key()
    try:
        await enrolment.hold(
            actor, run_id=run_id, browser_key=key, follows=follows, early_right=early_right, token=token
        )
    except (RunNotOffered, NotYetOpen, EnrolmentClosed, EarlyRightUsed) as refusal:
        return await refused(around, found.offering, refusal, status=refusal.status)
    return Redirect(
        url(f"/anmelden/{run_id}/{Step.CHECK}"),  # leads to the first question that is still open
        status_code=303,
        cookies=[browser_cookie(key, around.settings)],
        headers=PRIVATE,
    )
