"""What the pages of setting up share."""

from typing import Any

from litestar import Request
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from lms.helpdesk.pages.desk import DESK
from lms.helpdesk.queries import (
    advisers,
    unsettled,
)
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.web.access import may
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare

SETUP = f"{DESK}/einrichten"
SETTLE = declare(
    "sprechstunde-betroffene",
    N_("Saved. Some appointments no longer fit: they stand here. Move them, cancel them, or let them take place all the same."),
    "warning",
)  # fmt: skip
AnyRequest = Request[Any, Any, Any]
MAY_SET_UP = may("U", "help-desk", of=Scope.ALL)


async def after_change(around: Around, path: str) -> Redirect:
    """On, or to the list of appointments that no longer fit."""
    async with around.begin.reading() as session:
        found = await unsettled(session, now=around.clock(), state=around.settings.federal_state)
    return after(f"{DESK}?ansicht=klaeren", SETTLE) if found else after(path, SAVED)


async def adviser_choices(session: AsyncSession) -> list[tuple[str, str]]:
    return [(str(one.id), one.shown_name) for one, _ in await advisers(session) if one.is_active]
