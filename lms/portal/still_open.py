"""What a trainer still has to do, gathered from the modules: one line for each kind of thing, with its count and the way to it.

Whoever brings another kind writes one small function and names it in `KINDS`: it gets the session, the trainer and the
surroundings, and gives lines, none where there is nothing to do. Each costs the same few statements, however much there is.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.meetings import taught_by
from lms.attendance.objections import WAITING, complaints
from lms.attendance.sheets.queries import sessions_to_confirm
from lms.catalogue.models import Course
from lms.honoraria.contracts.models import ContractState, FeeContract
from lms.honoraria.contracts.reading import agreed
from lms.honoraria.statements.reading import to_confirm
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.practice.calls.queries import for_trainer, waiting
from lms.quizzes.taught import desk_path, waiting_for
from lms.scheduling.models import Session
from lms.teaching.due import due_for
from lms.trainers.qualifications.queries import Expiring, expiring
from lms.web.formats import date_plain, moment, month
from lms.web.language import current_language, gettext, ngettext
from lms.web.matters import OpenMatter
from lms.web.module import Around

MOST = 20

Gather = Callable[[AsyncSession, UUID, Around], Awaitable[Sequence[OpenMatter]]]


async def contracts_to_answer(session: AsyncSession, person_id: UUID, around: Around) -> Sequence[OpenMatter]:
    """Fee contracts that were offered."""
    del around
    found = await agreed(
        session, FeeContract.person_id == person_id, FeeContract.state == ContractState.OFFERED, limit=MOST
    )
    return [
        OpenMatter(
            gettext("Please read and answer your fee contract: %(course)s", course=_title(one.course)),
            f"/kursleitung/vertraege/{one.contract.id}",
        )
        for one in found
    ]


async def objections_to_answer(
    session: AsyncSession, person_id: UUID, around: Around
) -> Sequence[OpenMatter]:
    """People who do not agree with their mark, in registers that their trainer may still change."""
    del around
    found = await complaints(session, *WAITING, taught_by(person_id), Session.locked_at.is_(None), limit=MOST)
    return [
        OpenMatter(
            gettext("%(name)s does not agree with the attendance", name=one.person.name),
            f"/kursleitung/termine/{one.meeting.id}/einwaende/{one.objection.id}",
        )
        for one in found
    ]


async def lists_to_confirm(session: AsyncSession, person_id: UUID, around: Around) -> Sequence[OpenMatter]:
    """Printed lists and files that were read: what was read is not in the register before the trainer says so."""
    del around
    return [
        OpenMatter(
            gettext(
                "Check what was read from your list: %(course)s, %(when)s",
                course=_title(course), when=moment(meeting.starts_at),
            ),
            f"/kursleitung/termine/{meeting.id}/blaetter/pruefen",
            count,
        )
        for meeting, course, count in await sessions_to_confirm(session, person_id)
    ]  # fmt: skip


async def calls_for_help(session: AsyncSession, person_id: UUID, around: Around) -> Sequence[OpenMatter]:
    """People who practise and have called for help, and to whom nobody is on the way."""
    found = await waiting(session, around.clock(), for_trainer(person_id))
    count = len({one.person.id for one in found if one.call.taken_at is None})
    if not count:
        return []
    words = ngettext("%(num)s person needs help", "%(num)s people need help", count)
    return [OpenMatter(words, "/kursleitung/hilfe", count, names_count=True)]


async def of_teaching(session: AsyncSession, person_id: UUID, around: Around) -> Sequence[OpenMatter]:
    """Messages, materials, and questions about proposals."""
    return await due_for(session, person_id, around.clock())


async def statements_to_confirm(
    session: AsyncSession, person_id: UUID, around: Around
) -> Sequence[OpenMatter]:
    """Fee statements of months that are over, and those that finance has sent back."""
    del around
    return [
        OpenMatter(_of_statement(first, came_back=came_back), f"/kursleitung/honorar?monat={first:%Y-%m}")
        for first, came_back in await to_confirm(session, person_id)
    ]


async def qualifications_that_end(
    session: AsyncSession, person_id: UUID, around: Around
) -> Sequence[OpenMatter]:
    """What ends soon or has ended: without it nobody is assigned to courses that need it."""
    day = today(around.clock)
    found = await expiring(session, day, days=around.settings.qualification_warning_days, person_id=person_id)
    return [OpenMatter(_of_end(one, day), "/kursleitung/qualifikationen") for one in found]


async def texts_to_mark(session: AsyncSession, person_id: UUID, around: Around) -> Sequence[OpenMatter]:
    """Quizzes in which learners wait for points."""
    del around
    return [
        OpenMatter(
            gettext("Texts of a quiz wait for your points: %(course)s", course=_title(course)),
            desk_path(run_id),
            count,
        )
        for run_id, course, count in await waiting_for(session, person_id, limit=MOST)
    ]


KINDS: tuple[Gather, ...] = (
    calls_for_help,
    contracts_to_answer,
    objections_to_answer,
    lists_to_confirm,
    texts_to_mark,
    of_teaching,
    statements_to_confirm,
    qualifications_that_end,
)


async def still_open(session: AsyncSession, actor: Actor, around: Around) -> Sequence[OpenMatter]:
    """Everything, in the order of `KINDS`; nothing for accounts without a person."""
    if actor.person_id is None:
        return ()
    return [line for gather in KINDS for line in await gather(session, actor.person_id, around)]


def _title(course: Course) -> str:
    return (current_language() == "en" and course.title_en) or course.title_de


def _of_statement(first: date, *, came_back: bool) -> str:
    if came_back:
        return gettext(
            "Your fee statement for %(month)s came back. Please check it and confirm it again.",
            month=month(first),
        )
    return gettext("Please confirm your fee statement for %(month)s", month=month(first))


def _of_end(one: Expiring, day: date) -> str:
    name, until = one.name or gettext("Certificate of conduct"), date_plain(one.valid_until)
    if one.valid_until < day:
        return gettext("%(name)s has ended on %(day)s. Please bring a new paper.", name=name, day=until)
    return gettext("%(name)s ends on %(day)s. Please bring a new paper in time.", name=name, day=until)
