"""Certificates that could be issued today: counted by person, because only a look at the attendance tells who has earned one."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from lms.certification.handing.overview import waiting_to_be_issued
from lms.portal.desk.task import Task
from lms.web.language import ngettext

PATH = "/verwaltung/nachweise"


async def unissued(session: AsyncSession, now: datetime) -> Iterator[Task]:
    """One task, or none when nobody waits; two statements."""
    count, since = await waiting_to_be_issued(session, now)
    if not count:
        return iter(())
    words = ngettext("%(num)s certificate is to be issued", "%(num)s certificates are to be issued", count)
    return iter((Task(words, PATH, since or now, is_late=since is not None and since < now),))
