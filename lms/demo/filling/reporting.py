"""Who pays for which hour, a report on the last quarter that was handed in, the draft of this year's, and a table by the calendar."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from lms.accounts.models import Account
from lms.catalogue.models import Audience, Course, CourseAudience, Run, RunState
from lms.demo.filling.ground import Ground
from lms.people.ages import Gender
from lms.people.models import Person
from lms.reports.exporting.drawing import drawn
from lms.reports.exporting.models import (
    Every,
    ExportFormat,
    ExportPlan,
    ExportRecipient,
    ExportRun,
    ExportRunState,
    ExportWhat,
)
from lms.reports.exporting.rules import due_periods
from lms.reports.figures.selecting import EVERYTHING
from lms.reports.figures.spans import Span, quarter_before, year
from lms.reports.figures.whole import DEFINITION, canonical, counted, fingerprint
from lms.reports.freezing.counting import counted_today, subject_of
from lms.reports.freezing.models import Report, ReportKind, ReportState
from lms.reports.funding.models import FundingChange, FundingLine, FundingRun, FundingShare
from lms.reports.funding.queries import held_of_line
from lms.reports.participants.models import (
    AskState,
    FunderAnswer,
    FunderAsking,
    FunderQuestions,
    FunderSurvey,
    Stage,
)
from lms.reports.participants.queries import attending, is_due
from lms.reports.participants.questions import (
    CONSENT_DE,
    CONSENT_EN,
    SILENT,
    Question,
    of_stage,
    usual_set,
    write,
)
from lms.reports.statistics.kinds import ProgrammeArea
from lms.reports.statistics.models import CourseStatistics

MAKER = "Ralf Hellwig"
EXPORT_DAY = 5
AFTER = timedelta(days=9, hours=10, minutes=20)
SAID_GENDER = 70
ASKED_FROM_MINUTES = 480
MEN_ON_A_OR_E = frozenset({"Mykola", "Uwe"})
WOMEN = frozenset(
    {
        "Amal", "Aylin", "Birgit", "Bärbel", "Doreen", "Edith", "Gudrun", "Huong", "Irmgard", "Kathrin", "Katrin", "Kerstin", "Lan",
        "Leni", "Peggy", "Sarah", "Susann", "Waltraud",
    }
)  # fmt: skip
"""By their names alone one would take them for the others."""


async def fill_reports(ground: Ground) -> None:
    """Lines, the runs of each, and two reports."""
    await _genders(ground)
    lines = await _lines(ground)
    await _assign(ground, lines)
    maker = await _maker(ground)
    await _reports(ground, lines[Audience.SENIORS], maker)
    await _statistics(ground)
    await _questions(ground, lines[Audience.SENIORS])
    await _export(ground, maker)


async def _genders(ground: Ground) -> None:
    """Most people say what they are; nobody has to."""
    for person in await ground.session.scalars(select(Person).order_by(Person.id)):
        if person.gender is None and ground.happens(SAID_GENDER):
            name = person.given_name
            is_woman = name in WOMEN or (name[-1:] in {"a", "e"} and name not in MEN_ON_A_OR_E)
            person.gender = Gender.FEMALE if is_woman else Gender.MALE


async def _lines(ground: Ground) -> dict[Audience, FundingLine]:
    this = ground.today.year
    project = FundingLine(
        name="Digital im Ort", funder="Land Sachsen-Anhalt, ESF Plus", programme="ESF-2025-0417",
        starts_on=date(this - 1, 1, 1), ends_on=date(this + 1, 12, 31), budget_units=240, budget_cents=1_860_000,
        pays="Kurse und Sprechstunden für ältere Menschen in den Ortsteilen: Honorare und Räume.",
    )  # fmt: skip
    town = FundingLine(
        name="Jugend und Technik", funder="Stadt Haldensleben, Jugendamt", programme="Haushalt 36200",
        budget_units=180, pays="Kurse und offene Angebote für junge Menschen.",
    )  # fmt: skip
    for line in (project, town):
        line.id = ground.key()
    await ground.put([project, town])
    return {Audience.SENIORS: project, Audience.YOUTH: town}


async def _assign(ground: Ground, lines: dict[Audience, FundingLine]) -> None:
    """Courses for one audience alone; about the others nobody has decided yet."""
    rows = await ground.session.execute(
        select(Run.id, CourseAudience.audience)
        .join(CourseAudience, CourseAudience.course_id == Run.course_id)
        .where(
            CourseAudience.audience.in_(list(lines)), Run.state != RunState.DRAFT, Run.starts_at.is_not(None)
        )
        .order_by(Run.number)
    )
    decided: dict[UUID, Audience] = {}
    for run_id, audience in rows:
        decided.setdefault(run_id, audience)
    at = ground.now - timedelta(days=60)
    for run_id, audience in decided.items():
        line = lines[audience]
        change = FundingChange(
            run_id=run_id, session_id=None, from_line_id=None, to_line_id=line.id, changed_at=at, changed_by=None,
            changed_by_name=MAKER,
        )  # fmt: skip
        change.id = ground.key()
        await ground.put([FundingRun(run_id=run_id, line_id=line.id, decided_at=at), change])


async def _questions(ground: Ground, line: FundingLine) -> None:
    """What the state wants to know; most have answered, a few have declined."""
    survey = FunderSurvey(
        line_id=line.id, since=ground.today - timedelta(days=200), from_minutes=ASKED_FROM_MINUTES
    )
    kept = FunderQuestions(
        line_id=line.id, version=1, made_at=ground.now - timedelta(days=200), questions=write(usual_set()),
        consent_de=CONSENT_DE, consent_en=CONSENT_EN,
    )  # fmt: skip
    kept.id = ground.key()
    await ground.put([survey, kept])
    found = sorted((await attending(ground.session, line.id)).values(), key=lambda one: str(one.person_id))
    for place, one in enumerate(each for each in found if is_due(each, survey, ground.now)):
        asking = FunderAsking(
            line_id=line.id, person_id=one.person_id, asked_at=ground.now - timedelta(days=20)
        )
        asking.id = ground.key()
        if place % 9 == 4:
            asking.entry = AskState.DECLINED
        elif place % 5 != 3:
            asking.entry = AskState.ANSWERED
            answers = {
                question.key: SILENT
                if question.is_voluntary and ground.happens(10)
                else _said(question, ground)
                for question in of_stage(usual_set(), Stage.ENTRY)
            }
            number, likeness = ground.key().hex, ground.key().hex
            await ground.put(
                [FunderAnswer(
                    number=number, stage=Stage.ENTRY, line_id=line.id, likeness=likeness, questions_version=1, answers=answers
                )]
            )  # fmt: skip
        await ground.put([asking])


def _said(question: Question, ground: Ground) -> str:
    """Mostly what older people say."""
    usual = {"alter": 4, "arbeit": 3, "bildung": 2, "herkunft": 1}.get(question.key, 0)
    return question.choices[usual if ground.happens(75) else 0].key


async def _maker(ground: Ground) -> UUID | None:
    found: UUID | None = await ground.session.scalar(
        select(Account.id)
        .join(Person, Person.id == Account.person_id)
        .where(Person.family_name == MAKER.split(" ")[1])
    )
    return found


async def _export(ground: Ground, maker: UUID | None) -> None:
    """Finance gets a table about each quarter; the last one is made."""
    span = quarter_before(ground.today)
    plan = ExportPlan(
        what=ExportWhat.FIGURES, every=Every.QUARTER, format=ExportFormat.XLSX, day=EXPORT_DAY, starts_on=span.first,
        made_at=span.starts, made_by_name=MAKER,
    )  # fmt: skip
    plan.id = ground.key()
    await ground.put([plan])
    if maker is not None:
        await ground.put([ExportRecipient(plan_id=plan.id, account_id=maker)])
    for quarter, due_at in due_periods(plan.every, plan.day, plan.starts_on, ground.today):
        if due_at > ground.now:
            continue
        data = {**await counted(ground.session, quarter, ground.now, EVERYTHING), "kind": plan.what.value}
        run = ExportRun(
            plan_id=plan.id, first_day=quarter.first, last_day=quarter.last, due_at=due_at, state=ExportRunState.DONE,
            done_at=due_at, file_name=f"{plan.what.value}-{quarter.first}-{quarter.last}.xlsx", content=drawn(data, plan.format),
        )  # fmt: skip
        run.id = ground.key()
        await ground.put([run])


async def _reports(ground: Ground, line: FundingLine, maker: UUID | None) -> None:
    span = quarter_before(ground.today)
    handed_in = min(span.until + AFTER, ground.now)
    report = _report(ground, ReportKind.FUNDER, span, line, maker)
    await ground.put([report])
    data = canonical(await counted_today(ground.session, report, ground.now))
    report.data, report.sha256, report.definition, report.code = data, fingerprint(data), DEFINITION, ""
    report.handed_in_at, report.handed_in_by, report.handed_in_by_name = handed_in, maker, MAKER
    report.state = ReportState.HANDED_IN
    await ground.put([])
    for meeting in await ground.session.scalars(held_of_line(span, ground.now, line.id)):
        await ground.put(
            [FundingShare(session_id=meeting.id, line_id=line.id, decided_at=handed_in, report_id=report.id)]
        )
    await ground.put([_report(ground, ReportKind.YEAR, year(ground.today.year), None, maker)])


def _report(
    ground: Ground, kind: ReportKind, span: Span, line: FundingLine | None, maker: UUID | None
) -> Report:
    report = Report(
        kind=kind, subject=subject_of(kind, span, line.id if line else None), first_day=span.first,
        last_day=span.last, line_id=line.id if line else None, made_at=ground.now, made_by=maker,
        made_by_name=MAKER,
    )  # fmt: skip
    report.id = ground.key()
    return report


async def _statistics(ground: Ground) -> None:
    """Nearly every course has its programme area; the last ones are to be given theirs."""
    courses = (await ground.session.scalars(select(Course.id).order_by(Course.title_de, Course.id))).all()
    work = ProgrammeArea.WORK
    areas = [(work, "IT-Grundlagen"), (work, "Office und Organisation"), (ProgrammeArea.SOCIETY, "Medien und Verbraucherschutz"),
             (ProgrammeArea.CULTURE, "Foto und Film"), (ProgrammeArea.BASICS, "Digitale Grundbildung")]  # fmt: skip
    at = ground.now - timedelta(days=40)
    await ground.put(
        [
            CourseStatistics(course_id=one, area=areas[place % len(areas)][0], field=areas[place % len(areas)][1], changed_at=at)
            for place, one in enumerate(courses[:-3])
        ]
    )  # fmt: skip
