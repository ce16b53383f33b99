"""What the pages of wishes share."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from litestar import Request
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.limits import within
from lms.catalogue.models import Topic
from lms.catalogue.queries import topics
from lms.districts.queries import district_names
from lms.kernel.actor import Actor
from lms.kernel.errors import TooMany
from lms.participation import words
from lms.participation.models import Round, RoundAudience
from lms.participation.queries import Filter, Order
from lms.participation.rules import PUBLIC
from lms.web.language import say_du
from lms.web.module import Around
from lms.web.sent import line_in

AnyRequest = Request[Any, Any, Any]
LIMIT = "participation"
SPOKEN: Mapping[str, Any] = {
    "states": words.STATES,
    "kinds": words.KINDS,
    "audiences": words.AUDIENCES,
    "ways": words.WAYS,
    "phases": words.PHASES,
    "round_title": words.round_title,
    "round_text": words.round_text,
    "topic_name": words.topic_name,
}
"""The words every template of wishes knows."""


def address(voting: Round | None) -> None:
    """Say "du" for the rest of the request where the young vote, as everything else for them does."""
    say_du(wanted=voting is not None and voting.audience is RoundAudience.YOUTH)


async def choices(session: AsyncSession) -> tuple[Sequence[Topic], Sequence[str]]:
    """The topics and the districts one can choose from; two statements."""
    return await topics(session), await district_names(session)


def offer_choices(form: Any, found: tuple[Sequence[Topic], Sequence[str]]) -> None:
    """Put them into the drop-downs of a form."""
    form.topic.choices = [(one.slug, words.topic_name(one)) for one in found[0]]
    form.district.choices = [(name, name) for name in found[1]]


def filter_of(request: AnyRequest, *, round_id: UUID | None = None) -> Filter:
    """What the address of a list asks for."""
    query = request.query_params
    return Filter(
        district=query.get("stadtteil", ""), topic=query.get("thema", ""), state=query.get("stand", ""),
        search=line_in(query.get("q", ""), 100), round_id=round_id,
        order=Order.LATEST if query.get("ordnung", "") == "neu" else Order.SUPPORT, states=PUBLIC,
    )  # fmt: skip


async def count_act(around: Around, actor: Actor) -> bool:
    """Count one wish or vote (S-40); False where the internet address has had its share: a mail has to prove it then.

    Raises TooMany for an account that has.
    """
    try:
        await within(
            around.begin, around.clock, LIMIT, account=actor.account_id or "",
            address="" if actor.is_signed_in else actor.address,
        )  # fmt: skip
    except TooMany:
        if actor.is_signed_in:
            raise
        return False
    return True


async def count_mail(around: Around, actor: Actor, email: str) -> None:
    """A mail goes to an address that a stranger has typed: not often. Raises TooMany."""
    await within(around.begin, around.clock, "vote-mail", account=email, address=actor.address)
