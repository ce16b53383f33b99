"""The digital check of the demo: two editions, and the checks of seven companies over a year, one of them twice."""

import tomllib
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import select

from lms.catalogue.models import Course
from lms.demo.data import FOLDER
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.helpdesk.models import DeskKind, HelpTopic
from lms.kernel.codes import derived_code, keys_of
from lms.kernel.tokens import Signer
from lms.maturity.checks import LINK
from lms.maturity.models import CheckDraft, CheckEdition, DigitalCheck
from lms.maturity.questions import Advice, Area, Content, Words, write
from lms.maturity.rules import Answer, write_answers
from lms.maturity.usual import usual_areas

FIRST_EDITION, SECOND_EDITION = timedelta(days=400), timedelta(days=300)
UNKNOWN, LEFT_OUT = "?", "-"
LATER_WORDS = "menschen-ki"
"""This question is worded anew in the second edition: a comparison leaves it out and says so."""
FIRST_WORDS = Words(
    "Haben Sie schon einmal künstliche Intelligenz ausprobiert?",
    "Have you ever tried artificial intelligence?",
)


async def fill_checks(ground: Ground, everybody: Everybody) -> None:
    """Editions, draft, checks."""
    told = tomllib.loads((FOLDER / "digital_check.toml").read_text(encoding="utf-8"))
    areas = usual_areas()
    content = Content(areas, tuple([one async for one in _advice(ground, told["advice"])]))
    first = CheckEdition(
        number=1, content=write(Content(_in_first_words(areas))), published_at=ground.now - FIRST_EDITION
    )
    second = CheckEdition(number=2, content=write(content), published_at=ground.now - SECOND_EDITION)
    first.id, second.id = ground.key(), ground.key()
    draft = CheckDraft(content=write(content), changed_at=second.published_at, version=57)
    await ground.put([first, second, draft])
    for one in told["check"]:
        await _check(ground, everybody, first, second, one)


async def _check(
    ground: Ground, everybody: Everybody, first: CheckEdition, second: CheckEdition, told: dict[str, Any]
) -> None:
    company = everybody.employers[told["company"]].company
    finished = _by_day(ground.now - timedelta(days=told["days_ago"]))
    edition = second if finished > second.published_at else first
    check_id = ground.key()
    signer = Signer(ground.settings.secret_values)
    row = DigitalCheck(
        id=check_id, edition_id=edition.id,
        code_key=keys_of(signer, derived_code(signer.token(LINK, check_id)), LINK)[0],
        begun_at=finished - timedelta(minutes=12), changed_at=finished, finished_at=finished,
        answers=write_answers(_answers(told)), company_id=company.id, kept_at=finished,
        shared_at=finished if told["shared"] else None,
    )  # fmt: skip
    await ground.put([row])


def _by_day(moment: datetime) -> datetime:
    return moment.replace(hour=9, minute=20, second=0, microsecond=0)


def _answers(told: dict[str, Any]) -> dict[str, Answer]:
    comments: dict[str, str] = told.get("comments", {})
    given = {}
    for area, signs in zip(usual_areas(), told["answers"].split(), strict=True):
        for question, sign in zip(area.questions, signs, strict=True):
            if sign != LEFT_OUT:
                level = None if sign == UNKNOWN else int(sign)
                given[question.key] = Answer(level, comments.get(question.key, ""))
    return given


def _in_first_words(areas: tuple[Area, ...]) -> tuple[Area, ...]:
    return tuple(
        msgspec.structs.replace(
            area,
            questions=tuple(
                msgspec.structs.replace(one, text=FIRST_WORDS) if one.key == LATER_WORDS else one
                for one in area.questions
            ),
        )
        for area in areas
    )


async def _advice(ground: Ground, told: list[dict[str, Any]]) -> Any:
    """The recommendations, as far as their courses and topics are there."""
    rows = await ground.session.execute(select(Course.slug, Course.id))
    courses = {slug: str(course_id) for slug, course_id in rows}
    topics = await ground.session.scalars(
        select(HelpTopic).where(HelpTopic.audience == DeskKind.ADVICE).order_by(HelpTopic.position)
    )
    known = topics.all()
    for number, one in enumerate(told, start=1):
        topic = next(
            (str(each.id) for word in one.get("consult", ()) for each in known if word in each.name_de), ""
        )
        course = courses.get(one.get("course", ""), "")
        if course or topic:
            yield Advice(
                key=f"rat-{number}", area=one["area"], up_to=one["up_to"], course=course, topic=topic,
                reason=Words(*one["reason"]),
            )  # fmt: skip
