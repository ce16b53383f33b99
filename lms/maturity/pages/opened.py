"""The way to one check: its link, its code, and whoever holds one of them."""

from uuid import UUID

from lms.kernel.codes import grouped
from lms.kernel.errors import NotFound
from lms.maturity.checks import LINK, code_of
from lms.maturity.queries import WholeCheck, whole_check
from lms.web.module import Around

PATH = "/digitalcheck"


async def opened(around: Around, check_id: UUID, token: str) -> WholeCheck:
    """The check of a link. Raises NotFound for a forged one as for a missing one."""
    if not around.signer.matches(token, LINK, check_id):
        raise NotFound
    async with around.begin.reading() as session:
        return await whole_check(session, check_id)


def link_to(around: Around, check_id: UUID) -> str:
    """The path that opens a check."""
    return f"{PATH}/{check_id}/{around.signer.token(LINK, check_id)}"


def code_for(around: Around, whole: WholeCheck) -> str:
    """The code that opens it again, as people write it down; empty once a company keeps it."""
    code = code_of(around.signer, whole.row)
    return grouped(code) if code else ""


def address_of(around: Around, whole: WholeCheck) -> str:
    """The whole address, to be copied."""
    return around.settings.public_url.rstrip("/") + link_to(around, whole.row.id)
