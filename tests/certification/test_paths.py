"""Paths: who has come how far, who gets the certificate, and what happens when a module no longer counts."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from certificates.document import Kind
from lms.catalogue.models import Course, Run
from lms.certification.kinds import paths as reading
from lms.certification.kinds.refusals import ModulesMissing
from lms.certification.models import Certificate, CertificateState
from lms.certification.paths.errors import (
    ChoicesWithoutNumber,
    NoModules,
    PathRetired,
    TooFewChoices,
)
from lms.certification.paths.models import Path
from lms.certification.paths.queries import finishers, path_of, path_progress, to_check
from lms.certification.paths.service import Paths, Plan
from lms.certification.subjects import along_path
from lms.db import Begin
from lms.kernel.errors import Forbidden, Stale
from lms.kernel.rights import Identity
from lms.people.models import Person
from lms.web.module import Around
from tests.certification.holding import a_certificate, a_run_that_is_over, an_item
from tests.making import BOTH, MOMENT, make_course, make_person, staff
from tests.office import counted

pytestmark = BOTH
TODAY = date(2026, 12, 4)
REGISTRAR = staff(Identity.CERTIFICATES)


class Scene:
    """A path of the tablet course and one of two others; Ada holds two certificates, Ben one."""

    courses: list[Course]
    path: Path
    ada: Person
    ben: Person


@pytest.fixture
async def scene(house: Around, begin: Begin) -> Scene:
    made = Scene()
    made.courses = [make_course("Tablet"), make_course("Smartphone"), make_course("E-Mail")]
    made.ada, made.ben = make_person(), make_person("Ben", "Arendt")
    async with begin() as session:
        session.add_all([*made.courses, made.ada, made.ben])
        await session.flush()
        runs = [(await a_run_that_is_over(session, course))[0] for course in made.courses]
        session.add(a_certificate(made.ada, runs[0], facts={"units_attended": 7}))
        session.add(a_certificate(made.ada, runs[2], valid_until=date(2027, 3, 1)))
        session.add(a_certificate(made.ben, runs[0]))
    tablet, phone, mail = made.courses
    plan = Plan(
        "Sicher im Alltag",
        "Safe every day",
        "Sie können fotografieren.\nSie schreiben E-Mails.",
        "You can take photos.\nYou write e-mails.",
        [(tablet.id, True), (phone.id, False), (mail.id, False)],
        1,
    )
    made.path = await Paths(house).add(REGISTRAR, plan, path_id=uuid4())
    return made


async def test_everybody_sees_how_far_they_have_come(scene: Scene, begin: Begin) -> None:
    persons = [scene.ada.id, scene.ben.id, uuid4()]
    async with begin.reading() as session:
        with counted() as statements:
            progress = await path_progress(session, persons, today=TODAY)

    assert len(statements) == 4
    assert set(progress) == {scene.ada.id, scene.ben.id}
    (ada,), (ben,) = progress[scene.ada.id], progress[scene.ben.id]
    assert (ada.done, ada.total, ada.is_completed, ada.missing) == (2, 2, True, [])
    assert (ben.done, ben.total, [one.title for one in ben.missing]) == (1, 2, ["Smartphone", "E-Mail"])


async def test_the_certificate_lists_each_module_as_its_own_certificate_states_it(
    scene: Scene, begin: Begin
) -> None:
    particulars = {"path_id": str(scene.path.id)}
    ada, ben = (
        an_item(Kind.PATH, person_id=one.id, particulars=particulars) for one in (scene.ada, scene.ben)
    )
    gone = an_item(Kind.PATH, person_id=scene.ada.id, particulars={"path_id": str(uuid4())})

    async with begin.reading() as session:
        found = await reading.read(session, [ada, ben, gone], today=TODAY)

    draft = found.drafts[ada.id]
    assert [(part.course.de, part.units_attended) for part in draft.parts] == [("Tablet", 7), ("E-Mail", 8)]
    assert (draft.units_attended, draft.valid_until) == (15, date(2027, 3, 1))
    assert [goal.sentence.en for goal in draft.goals] == ["You can take photos.", "You write e-mails."]
    assert isinstance(found.refusals[ben.id], ModulesMissing)
    assert gone.id not in {*found.drafts, *found.refusals}


async def test_what_has_run_out_or_was_revoked_counts_no_more(scene: Scene, begin: Begin) -> None:
    async with begin.reading() as session:
        later = await path_progress(session, [scene.ada.id], today=date(2027, 3, 2))

    assert later[scene.ada.id][0].done == 1


async def test_whoever_was_merged_into_another_record_loses_nothing(scene: Scene, begin: Begin) -> None:
    living = make_person("Ada", "Lehmann-Otto")
    async with begin() as session:
        session.add(living)
        await session.flush()
        ada = await session.get_one(Person, scene.ada.id)
        ada.merged_into_id, ada.merged_at = living.id, MOMENT

    async with begin.reading() as session:
        whole = await path_of(session, scene.path.id)
        found = await finishers(session, whole, today=TODAY)

    assert [one.person.id for one in found] == [living.id]


async def test_all_who_have_come_to_the_end_get_it_and_nobody_twice(
    house: Around, scene: Scene, begin: Begin
) -> None:
    first = await Paths(house).orders(REGISTRAR, path_id=scene.path.id)
    async with begin() as session:
        run, _ = await a_run_that_is_over(session, scene.courses[0])
        subject = along_path(scene.path.id, scene.ada.id)
        session.add(a_certificate(scene.ada, run, kind=Kind.PATH.value, subject=subject))

    again = await Paths(house).orders(REGISTRAR, path_id=scene.path.id)

    assert [(one.person_id, one.subject) for one in first] == [(scene.ada.id, subject)]
    assert again == []


async def test_a_module_revoked_later_is_put_before_the_team(scene: Scene, begin: Begin) -> None:
    async with begin() as session:
        run, _ = await a_run_that_is_over(session, scene.courses[0])
        module, other = a_certificate(scene.ada, run), a_certificate(scene.ada, run)
        whole = a_certificate(
            scene.ada,
            run,
            kind=Kind.PATH.value,
            subject=along_path(scene.path.id, scene.ada.id),
            facts={"modules": [{"course": "Tablet", "number": module.number}]},
        )
        session.add_all([module, other, whole])
    async with begin.reading() as session:
        before = await to_check(session)
    async with begin() as session:
        for one in (module, other):
            session.add(one)
            one.state, one.ended_at = CertificateState.REVOKED, MOMENT
    async with begin.reading() as session:
        after = await to_check(session)
    async with begin() as session:
        session.add(a_certificate(scene.ada, run, subject=module.subject))
    async with begin.reading() as session:
        replaced = await to_check(session)

    assert (list(before), list(replaced)) == ([], [])
    assert [(one.certificate.number, one.module.number) for one in after] == [(whole.number, module.number)]


async def test_a_module_made_anew_under_another_name_still_leads_to_the_end(
    scene: Scene, begin: Begin
) -> None:
    async with begin() as session:
        [old] = await session.scalars(
            select(Certificate).where(
                Certificate.person_id == scene.ada.id, Certificate.valid_until == date(2027, 3, 1)
            )
        )
        run = await session.get_one(Run, old.run_id)
        old.state, old.ended_at = CertificateState.REPLACED, MOMENT
        await session.flush()
        anew = a_certificate(scene.ada, run, subject=old.subject, valid_until=date(2027, 3, 1))
        whole = a_certificate(
            scene.ada,
            run,
            kind=Kind.PATH.value,
            subject=along_path(scene.path.id, scene.ada.id),
            facts={"modules": [{"course": "E-Mail", "number": old.number}]},
        )
        session.add_all([anew, whole])
        item = an_item(Kind.PATH, person_id=scene.ada.id, particulars={"path_id": str(scene.path.id)})

    async with begin.reading() as session:
        [ada] = await finishers(session, await path_of(session, scene.path.id), today=TODAY)
        found = await reading.read(session, [item], today=TODAY)
        doubtful = await to_check(session)

    assert (ada.person.id, doubtful) == (scene.ada.id, [])
    assert anew.number in [part.number for part in found.drafts[item.id].parts]


async def test_a_path_is_added_once_changed_by_one_and_ended(
    house: Around, scene: Scene, begin: Begin
) -> None:
    paths, tablet = Paths(house), scene.courses[0]
    plan = Plan("Sicher im Alltag", "", "", "", [(tablet.id, True)])
    path_id = uuid4()

    one, same = [await paths.add(REGISTRAR, plan, path_id=path_id) for _ in range(2)]
    await paths.change(REGISTRAR, Plan("Neu", "", "", "", [(tablet.id, True)]), path_id=path_id, version=1)
    with pytest.raises(Stale):
        await paths.change(REGISTRAR, plan, path_id=path_id, version=1)
    await paths.retire(REGISTRAR, path_id=path_id)
    await paths.retire(REGISTRAR, path_id=path_id)
    with pytest.raises(PathRetired):
        await paths.orders(REGISTRAR, path_id=path_id)
    await paths.take_up_again(REGISTRAR, path_id=path_id)

    async with begin.reading() as session:
        whole = await path_of(session, path_id)
    assert one.id == same.id
    assert (whole.path.title_de, whole.path.retired_at, len(whole.modules)) == ("Neu", None, 1)


async def test_a_path_that_nobody_can_complete_is_refused(house: Around, scene: Scene) -> None:
    tablet, phone, _ = (course.id for course in scene.courses)
    wrong = {
        NoModules: ([], 0),
        TooFewChoices: ([(tablet, True), (phone, False)], 2),
        ChoicesWithoutNumber: ([(tablet, True), (phone, False)], 0),
    }
    for refusal, (modules, needed) in wrong.items():
        with pytest.raises(refusal):
            await Paths(house).add(REGISTRAR, Plan("X", "", "", "", modules, needed), path_id=uuid4())
    with pytest.raises(Forbidden):
        await Paths(house).retire(staff(Identity.ENROLMENT), path_id=scene.path.id)


async def test_an_expired_module_is_taken_by_a_newer_one(scene: Scene, begin: Begin) -> None:
    async with begin() as session:
        run, _ = await a_run_that_is_over(session, scene.courses[2])
        session.add(a_certificate(scene.ada, run, issued_at=MOMENT + timedelta(days=1)))

    async with begin.reading() as session:
        later = await path_progress(session, [scene.ada.id], today=date(2027, 3, 2))

    assert later[scene.ada.id][0].is_completed
