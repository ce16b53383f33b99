"""Writing statements down: those of units and our own, and what follows from them for the lesson."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from content.packages.cmi5 import Unit
from lms.learning.models import Package
from lms.learning.progress import write_progress
from lms.players import rules as playing
from lms.players.models import PackageState, PartStatus
from lms.players.queries import states_of
from lms.players.records import rules, words
from lms.players.records.models import RecordRegistration, RecordSession, RecordStatement
from lms.players.records.statements import digest_of
from lms.players.records.units import course_activity, publisher, speaker_of, unit_activity, units_of

Facts = Mapping[str, Any]


def in_xapi(moment: datetime) -> str:
    """A moment as xAPI writes it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def write(
    session: AsyncSession,
    registration: RecordRegistration,
    body: Facts,
    *,
    session_id: UUID,
    centre: str,
    is_defined: bool,
    now: datetime,
) -> RecordStatement:
    """One more statement at the end; what only a store may say of it is added (Data, 2.4.7 to 2.4.9)."""
    registration.statements += 1
    kept = {
        **body,
        "timestamp": body.get("timestamp", in_xapi(now)),
        "stored": in_xapi(now),
        "authority": {"objectType": "Agent", "account": {"homePage": centre.rstrip("/"), "name": "lms"}},
        "version": words.VERSION,
    }
    row = RecordStatement(
        registration_id=registration.id,
        session_id=session_id,
        statement_id=UUID(kept["id"]),
        number=registration.statements,
        verb=kept["verb"]["id"],
        activity=kept["object"]["id"],
        is_defined=is_defined,
        stored_at=now,
        digest=digest_of(body),
        body=json.dumps(kept),
    )
    session.add(row)
    return row


def say(
    session: AsyncSession,
    registration: RecordRegistration,
    one: RecordSession,
    package: Package,
    verb: str,
    *,
    centre: str,
    now: datetime,
    extensions: Facts | None = None,
    categories: tuple[str, ...] = (words.CATEGORY,),
    result: Facts | None = None,
) -> None:
    """A statement of our own about this session: launched, abandoned, satisfied (cmi5, 9.3.1, 9.3.6, 9.3.9)."""
    is_of_course = verb == words.SATISFIED
    activity = (
        course_activity(centre, package.id) if is_of_course else unit_activity(centre, package, one.unit)
    )
    kind = words.COURSE_TYPE if is_of_course else words.UNIT_TYPE
    publishers = publisher(str(package.facts.get("course_id", "")) if is_of_course else one.unit)
    body: dict[str, Any] = {
        "id": str(uuid4()),
        "actor": speaker_of(centre, registration, one).agent,
        "verb": {"id": verb, "display": {"en": verb.rpartition("/")[2]}},
        "object": {"objectType": "Activity", "id": activity, "definition": {"type": kind}},
        "context": {
            "registration": str(registration.id),
            "contextActivities": {
                "grouping": publishers,
                "category": [{"objectType": "Activity", "id": name} for name in categories],
            },
            "extensions": {words.SESSION_ID: str(one.id), **(extensions or {})},
        },
    }
    if result:
        body["result"] = dict(result)
    write(session, registration, body, session_id=one.id, centre=centre, is_defined=True, now=now)


async def settle(
    session: AsyncSession,
    registration: RecordRegistration,
    one: RecordSession,
    package: Package,
    *,
    centre: str,
    now: datetime,
) -> bool:
    """Bring the lesson to what its units have said; gives whether all of them are done. `satisfied` is said once."""
    states = await states_of(session, registration.enrolment_id, registration.lesson_id, package.id)
    done = all(
        (state := states.get(unit.id)) is not None and state.status in playing.DONE
        for unit in units_of(package)
    )
    if done and registration.satisfied_at is None:
        registration.satisfied_at = now
        say(
            session, registration, one, package, words.SATISFIED,
            centre=centre, now=now, categories=(words.CATEGORY, words.CATEGORY_MOVE_ON),
        )  # fmt: skip
    await write_progress(
        session,
        enrolment_id=registration.enrolment_id,
        lesson_id=registration.lesson_id,
        now=now,
        place=one.unit,
        done=done or None,
    )
    return done


async def state_of(
    session: AsyncSession, registration: RecordRegistration, unit: Unit, now: datetime
) -> PackageState:
    """The row of one unit, made where there was none."""
    found = await session.scalar(
        select(PackageState)
        .where(
            PackageState.enrolment_id == registration.enrolment_id,
            PackageState.lesson_id == registration.lesson_id,
            PackageState.package_id == registration.package_id,
            PackageState.part == unit.id,
        )
        .execution_options(populate_existing=True)
    )
    if found is None:
        found = PackageState(
            enrolment_id=registration.enrolment_id,
            lesson_id=registration.lesson_id,
            package_id=registration.package_id,
            part=unit.id,
            began_at=now,
            saved_at=now,
            minute_from=now,
        )
        session.add(found)
        await session.flush()
    return found


def note(
    state: PackageState,
    unit: Unit,
    now: datetime,
    *,
    verb: str = "",
    score: float | None = None,
    seconds: int = 0,
) -> None:
    """What a defined verb changes about its unit. What was reached once stays reached."""
    told = {**state.data, verb.rpartition("/")[2]: in_xapi(now)} if verb else dict(state.data)
    reached = rules.status_of(
        unit.move_on, completed="completed" in told, passed="passed" in told, failed="failed" in told
    )
    state.data = told
    state.status = playing.better(state.status, reached) if reached is not PartStatus.BEGUN else state.status
    if score is not None:
        state.score = max(state.score or 0, round(min(max(score, 0.0), 1.0) * playing.THOUSAND))
    state.seconds = min(state.seconds + seconds, playing.MOST_SECONDS)
    state.saved_at = now
    state.revision += 1
