"""What needs doing today: sentences with a count and the way to the work, the most urgent first.

Eight statements, however much there is to do. Whoever may not do a thing is not told of it.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import distance_since
from lms.helpdesk.queries import unsettled
from lms.kernel.actor import Actor
from lms.portal.desk.certificates import unissued
from lms.portal.desk.distance import distance_piles
from lms.portal.desk.helper_piles import helper_piles
from lms.portal.desk.pile import Pile
from lms.portal.desk.piles import piles
from lms.portal.desk.run_tasks import corrections, drafts, overdue_tasks, small_runs
from lms.portal.desk.task import Task
from lms.portal.fees.piles import contract_piles
from lms.portal.finance.fee_piles import fee_piles
from lms.portal.finance.piles import money_piles
from lms.portal.finance.refund_piles import refund_piles
from lms.web.formats import date_plain
from lms.web.language import gettext, ngettext

SEAL = "/nachweise/siegel"


async def tasks(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    *,
    days_before: int = 7,
    dunning_days: Sequence[int] = (7, 14, 14),
    seal_ends: datetime | None = None,
    contract_days: int = 7,
    qualification_days: int = 60,
    federal_state: str = "ST",
) -> Sequence[Task]:
    """Everything this member of staff has to do, ordered by deadline. Small runs are decided `days_before` their start.

    Unsigned contracts are urgent `contract_days` before the first session, papers of trainers end soon `qualification_days` before.
    `seal_ends` is when the electronic seal ends, if a new one has to be seen to by now.
    """
    fees = contract_piles(now, urgent_days=contract_days, warning_days=qualification_days)
    found = [*await _piles(session, actor, now, dunning_days, fees)]
    if actor.may_for_all("U", "plan"):
        found += [*await small_runs(session, now, days_before), *await drafts(session, now)]
        found += [*await corrections(session), *await overdue_tasks(session, now)]
    if actor.may_for_all("U", "appointment"):
        found += await _unsettled(session, now, federal_state)
    if seal_ends is not None and actor.may_for_all("issue", "certificate"):
        found.append(_new_seal(seal_ends, now))
    if actor.may_for_all("issue", "certificate"):
        found += [*await unissued(session, now)]
    return sorted(found, key=lambda task: task.due)


async def _unsettled(session: AsyncSession, now: datetime, federal_state: str) -> list[Task]:
    """Appointments whose hours or adviser have changed; due when the first of them begins."""
    waiting = await unsettled(session, now=now, state=federal_state)
    if not waiting:
        return []
    sentence = ngettext(
        "%(num)s appointment no longer fits its hours",
        "%(num)s appointments no longer fit their hours",
        len(waiting),
    )
    return [Task(sentence, "/verwaltung/sprechstunde?ansicht=klaeren", waiting[0].appointment.starts_at)]


def _new_seal(ends: datetime, now: datetime) -> Task:
    day = date_plain(ends)
    if ends < now:
        sentence = gettext(
            "The electronic seal ended on %(day)s: no certificate can be issued until there is a new one",
            day=day,
        )
    else:
        sentence = gettext("The electronic seal ends on %(day)s: see to a new one", day=day)
    return Task(sentence, SEAL, ends, is_late=ends < now)


async def _piles(
    session: AsyncSession, actor: Actor, now: datetime, dunning_days: Sequence[int], more: Sequence[Pile] = ()
) -> Iterable[Task]:
    kinds = (
        *piles(now),
        *helper_piles(now),
        *money_piles(now, dunning_days),
        *refund_piles(now, actor.account_id),
        *fee_piles(actor.account_id),
        *distance_piles(now, distance_since(session)),
        *more,
    )
    mine = [pile for pile in kinds if actor.may_for_all(pile.act, pile.resource)]
    if not mine:
        return []
    columns: list[Any] = []
    for pile in mine:
        part = pile.counted.subquery()
        count, due = part.c
        columns += [select(count).scalar_subquery(), select(due).scalar_subquery()]
    row = (await session.execute(select(*columns))).one()
    return list(_told(mine, row, now))


def _told(mine: Sequence[Pile], row: Sequence[Any], now: datetime) -> Iterator[Task]:
    for number, pile in enumerate(mine):
        count, due = row[2 * number], _moment(row[2 * number + 1], now)
        if count:
            yield Task(pile.say(count), pile.path, due, is_late=due < now)


def _moment(given: Any, now: datetime) -> datetime:
    """Aware, whatever a function of the database has made of it."""
    if given is None:
        return now
    if isinstance(given, str):
        given = datetime.fromisoformat(given)
    moment: datetime = given if isinstance(given, datetime) else datetime.combine(given, time())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
