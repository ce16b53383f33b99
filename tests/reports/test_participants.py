"""Questions of funders (F-O10): asked once for each person and line, and never joined with a name."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from lms.audit.models import AuditEntry
from lms.catalogue.models import Run
from lms.kernel.errors import Forbidden, NotFound
from lms.kernel.rights import Identity
from lms.models import METADATA
from lms.people.models import Person
from lms.reports.funding.models import FundingLine
from lms.reports.participants.answering import FunderAnswers
from lms.reports.participants.asking import FunderRhythm
from lms.reports.participants.errors import AnswersIncomplete, ConsentMissing
from lms.reports.participants.keeping import FunderSurveys
from lms.reports.participants.models import AskState, FunderAnswer, FunderAsking, FunderSurvey, Stage
from lms.reports.participants.numbers import link_of
from lms.reports.participants.questions import SILENT, choices_in, of_stage, usual_set
from lms.web.module import Around
from tests.making import staff
from tests.office import words_of
from tests.reports.scene import FINANCE, PLANNER, Past, past_of
from tests.visiting import sign_in

GIVEN = {one.key: one.choices[0].key for one in of_stage(usual_set(), Stage.ENTRY)}


@pytest.fixture
async def past(house: Around) -> Past:
    return await past_of(house)


async def line_that_asks(past: Past) -> FundingLine:
    line = await past.line()
    await FunderSurveys(past.house).set_up(
        PLANNER, line_id=line.id, is_on=True, from_minutes=480, kept_years=10
    )
    return line


async def runs_of(past: Past, line: FundingLine, *, count: int = 1, sessions: int = 6) -> list[Run]:
    """Runs that begin in three days, of 90 minutes a session."""
    starts = past.house.clock() + timedelta(days=3)
    runs = [await past.run(starts=starts, sessions=sessions, capacity=30) for _ in range(count)]
    await past.assigning.give_runs(FINANCE, line_id=line.id, run_ids=[one.id for one in runs])
    return runs


async def asked(house: Around) -> list[FunderAsking]:
    async with house.begin.reading() as session:
        return list(await session.scalars(select(FunderAsking).order_by(FunderAsking.id)))


async def answered(house: Around) -> list[FunderAnswer]:
    async with house.begin.reading() as session:
        return list(await session.scalars(select(FunderAnswer)))


def token_of(house: Around, asking: FunderAsking) -> str:
    return link_of(house.signer, asking.id, asking.link_version).rsplit("/", 1)[1]


async def answer(house: Around, asking: FunderAsking, **changed: object) -> AskState:
    arguments = {
        "asking_id": asking.id, "token": token_of(house, asking), "stage": Stage.ENTRY, "given": GIVEN, "consents": True,
    }  # fmt: skip
    return await FunderAnswers(house).answer(**(arguments | changed))  # type: ignore[arg-type]


async def test_who_has_eight_hours_in_all_courses_of_the_line_is_asked_once(past: Past) -> None:
    line = await line_that_asks(past)
    first, second = await runs_of(past, line, count=2, sessions=3)
    both, one = await past.people(2)
    await past.come(first, both, one)
    await past.come(second, both)

    await FunderRhythm(past.house).ask(line.id)
    await FunderRhythm(past.house).ask(line.id)

    assert [one.person_id for one in await asked(past.house)] == [both.id]


async def test_no_column_of_the_answers_leads_to_a_person(past: Past) -> None:
    line = await line_that_asks(past)
    (run,) = await runs_of(past, line)
    people = await past.people(2)
    places = await past.come(run, *people)
    await FunderRhythm(past.house).ask(line.id)
    for asking in await asked(past.house):
        assert await answer(past.house, asking) is AskState.ANSWERED

    table = METADATA.tables["funder_answer"]
    assert {key.target_fullname for key in table.foreign_keys} == {"funding_line.id"}
    known = {
        str(value).replace("-", "").casefold()
        for row in [*people, *places, *await asked(past.house)]
        for value in vars(row).values()
        if isinstance(value, (str, UUID)) and len(str(value)) > 2
    } - {str(line.id).replace("-", "")}
    for kept in await answered(past.house):
        for column in map(str, table.columns.keys()):
            said = str(getattr(kept, column)).replace("-", "").casefold()
            assert not any(one in said for one in known), column
    async with past.house.begin.reading() as session:
        entries = await session.scalar(
            select(func.count())
            .select_from(AuditEntry)
            .where(AuditEntry.object_kind == "funding_line", AuditEntry.person_id.is_not(None))
        )
    assert entries == 0


async def test_sent_by_many_at_once_it_is_kept_once(past: Past) -> None:
    line = await line_that_asks(past)
    (run,) = await runs_of(past, line)
    await past.come(run, *await past.people(1))
    await FunderRhythm(past.house).ask(line.id)
    (asking,) = await asked(past.house)

    await asyncio.gather(*(answer(past.house, asking) for _ in range(6)))

    assert len(await answered(past.house)) == 1


async def test_the_same_name_and_postcode_is_a_double_until_the_team_knows_better(past: Past) -> None:
    line = await line_that_asks(past)
    (run,) = await runs_of(past, line)
    people = await past.people(2)
    async with past.house.begin() as session:
        for person, name in zip(people, ("Jörg", "JOERG"), strict=True):
            found = await session.get_one(Person, person.id)
            found.given_name, found.family_name, found.postal_code = name, "Müller", "39340"
    await past.come(run, *people)
    await FunderRhythm(past.house).ask(line.id)
    one, other = await asked(past.house)

    states = await asyncio.gather(answer(past.house, one), answer(past.house, other))

    assert sorted(states) == [AskState.ANSWERED, AskState.DOUBLE]
    double = one if states[0] is AskState.DOUBLE else other
    state = await FunderAnswers(past.house).type_sheet(
        staff(Identity.ENROLMENT), asking_id=double.id, stage=Stage.ENTRY, given=GIVEN, is_somebody_else=True
    )
    assert state is AskState.ANSWERED
    assert len(await answered(past.house)) == 2


async def test_nothing_is_kept_without_consent_or_with_gaps_or_by_a_forged_link(past: Past) -> None:
    line = await line_that_asks(past)
    (run,) = await runs_of(past, line)
    await past.come(run, *await past.people(1))
    await FunderRhythm(past.house).ask(line.id)
    (asking,) = await asked(past.house)

    with pytest.raises(ConsentMissing):
        await answer(past.house, asking, consents=False)
    with pytest.raises(AnswersIncomplete):
        await answer(past.house, asking, given=GIVEN | {"alter": SILENT})
    with pytest.raises(NotFound):
        await answer(past.house, asking, token="a" * 32)
    assert await answered(past.house) == []
    assert await answer(past.house, asking, given=GIVEN | {"geschlecht": SILENT}) is AskState.ANSWERED


async def test_who_declines_is_counted_and_never_asked_again(past: Past) -> None:
    line = await line_that_asks(past)
    first, second = await runs_of(past, line, count=2)
    (person,) = await past.people(1)
    await past.come(first, person)
    await FunderRhythm(past.house).ask(line.id)
    (asking,) = await asked(past.house)
    await FunderAnswers(past.house).decline(asking_id=asking.id, token=token_of(past.house, asking))
    await past.come(second, person)

    await FunderRhythm(past.house).ask(line.id)

    assert [one.entry for one in await asked(past.house)] == [AskState.DECLINED]
    assert await answer(past.house, asking) is AskState.DECLINED


async def test_only_the_programme_team_reads_and_every_reading_is_noted(past: Past) -> None:
    line = await line_that_asks(past)
    (run,) = await runs_of(past, line)
    await past.come(run, *await past.people(1))
    await FunderRhythm(past.house).ask(line.id)
    (asking,) = await asked(past.house)
    await answer(past.house, asking)

    for actor in (FINANCE, staff(Identity.ENROLMENT)):
        with pytest.raises(Forbidden):
            await FunderSurveys(past.house).handed_out(actor, line_id=line.id)
    rows = await FunderSurveys(past.house).handed_out(PLANNER, line_id=line.id)

    assert len(rows) == 2
    assert "unter 18 Jahre" in rows[1]
    async with past.house.begin.reading() as session:
        acts = await session.scalars(select(AuditEntry.action))
        assert "funder_answers.handed_out" in acts.all()


async def test_answers_are_deleted_when_their_years_are_over(past: Past) -> None:
    line = await line_that_asks(past)
    (run,) = await runs_of(past, line)
    await past.come(run, *await past.people(1))
    await FunderRhythm(past.house).ask(line.id)
    (asking,) = await asked(past.house)
    await answer(past.house, asking)
    async with past.house.begin() as session:
        (await session.get_one(FunderSurvey, line.id)).kept_years = 1
        (await session.get_one(FundingLine, line.id)).ended_at = past.house.clock() - timedelta(days=500)

    await FunderRhythm(past.house).forget(line.id)

    assert await answered(past.house) == []
    assert await asked(past.house) == []


def test_an_answer_that_is_rephrased_keeps_its_key() -> None:
    before = choices_in("ja | yes\nnein | no")

    assert [one.key for one in choices_in("ja, gern | yes\nnein", before)] == ["ja", "nein"]
    assert [one.key for one in choices_in("nein\nja\nvielleicht", before)] == ["nein", "ja", "vielleicht"]


async def test_a_guardian_answers_for_a_child_by_the_page_and_the_team_sees_who_is_missing(
    client: object, past: Past
) -> None:
    line = await line_that_asks(past)
    (run,) = await runs_of(past, line)
    (child,) = await past.people(1, born=past.house.clock().year - 12)
    await past.come(run, child)
    await FunderRhythm(past.house).ask(line.id)
    (asking,) = await asked(past.house)
    path = link_of(past.house.signer, asking.id, 1)

    page = await client.get(path)  # type: ignore[attr-defined]
    assert "Ich bin für Person sorgeberechtigt" in page.text
    assert "Warum fragen wir das?" in page.text
    assert page.headers["cache-control"] == "no-store"
    await sign_in(client, past.house.begin, Identity.PROGRAMME)  # type: ignore[arg-type]
    here = f"/verwaltung/berichte/foerderlinien/{line.id}/teilnehmende"
    seen = words_of((await client.get(here)).text)  # type: ignore[attr-defined]
    assert "unter 18: Sorgeberechtigte antworten" in seen
    for more in ("fragen", "fragen/alter", "fragen/neu", f"{asking.id}/eingeben", f"{asking.id}/bogen"):
        assert (await client.get(f"{here}/{more}")).status_code == 200, more  # type: ignore[attr-defined]
