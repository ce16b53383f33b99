"""The demo centre's files are complete, name only what exists, and their numbers add up."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, time
from itertools import combinations
from pathlib import Path

import pytest

from lms.demo.data import FOLDER, DemoDataError, first_day, read_demo
from lms.demo.shapes.programme import Run
from lms.demo.shapes.words import Audience

DEMO = read_demo()
COURSES = {course.slug: course for course in DEMO.courses}
RUNS = {run.number: run for run in DEMO.runs}
SUNDAY = date(2026, 11, 22)


def capacity_of(run: Run) -> int:
    return run.capacity or COURSES[run.course].capacity


def doubled(keys: Iterable[str]) -> list[str]:
    return [key for key, times in Counter(keys).items() if times > 1]


def test_there_is_a_whole_term_of_everything() -> None:
    assert len(DEMO.courses) >= 40
    assert len(DEMO.runs) >= 66
    assert len(DEMO.venues) == 8
    assert len(DEMO.inventory()) >= 60
    assert len(DEMO.trainers) == 14
    assert len(DEMO.people.company) == 12
    assert Counter(member.role for member in DEMO.people.staff) == {"staff": 4, "administrator": 1}


@pytest.mark.parametrize(
    ("audience", "at_least"), [("seniors", 10), ("youth", 8), ("smes", 10), ("everyone", 10)]
)
def test_every_audience_finds_something(audience: Audience, at_least: int) -> None:
    assert sum(audience in course.audiences for course in DEMO.courses) >= at_least


def test_every_course_is_offered_and_every_topic_taught() -> None:
    assert set(COURSES) == {run.course for run in DEMO.runs}
    assert {topic.slug for topic in DEMO.topics} == {
        slug for course in DEMO.courses for slug in course.topics
    }


def test_keys_are_given_once() -> None:
    people = DEMO.people
    assert doubled(course.slug for course in DEMO.courses) == []
    assert doubled(course.title_de for course in DEMO.courses) == []
    assert doubled(course.title_en for course in DEMO.courses) == []
    assert doubled(run.number for run in DEMO.runs) == []
    assert doubled(topic.slug for topic in DEMO.topics) == []
    assert doubled(venue.key for venue in DEMO.venues) == []
    assert doubled(room.key for venue in DEMO.venues for room in venue.room) == []
    assert doubled(trainer.key for trainer in DEMO.trainers) == []
    assert doubled(device.number for device in DEMO.inventory()) == []
    assert doubled(company.key for company in people.company) == []
    keys = (
        [one.key for one in people.staff]
        + [one.key for one in people.figure]
        + [one.key for one in DEMO.trainers]
    )
    assert doubled(keys) == []
    emails = [one.email for one in people.staff] + [one.email for one in DEMO.trainers]
    assert doubled(emails + [one.email for one in people.figure if one.email]) == []


def test_runs_and_trainers_name_only_what_exists() -> None:
    rooms, trainers = DEMO.rooms(), {trainer.key for trainer in DEMO.trainers}
    assert {run.course for run in DEMO.runs} <= set(COURSES)
    assert {run.room for run in DEMO.runs if run.room} <= set(rooms)
    assert {key for run in DEMO.runs for key in run.trainers} <= trainers
    assert {slug for trainer in DEMO.trainers for slug in trainer.topics} <= {
        topic.slug for topic in DEMO.topics
    }


def test_devices_have_a_model_and_a_home() -> None:
    models, kits = {model.key for model in DEMO.devices.model}, {kit.key for kit in DEMO.devices.kit}
    numbers = [device.number for device in DEMO.inventory()]
    assert {device.model for device in DEMO.inventory()} == models
    assert {device.kit for device in DEMO.inventory() if device.kit} == kits
    assert {device.home_room for device in DEMO.inventory()} <= set(DEMO.rooms())
    assert {note.number for note in DEMO.devices.note} <= set(numbers)
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


def test_a_run_has_a_room_or_is_online_and_its_trainers_know_the_subject() -> None:
    topics = {trainer.key: set(trainer.topics) for trainer in DEMO.trainers}
    assert [run.number for run in DEMO.runs if (run.room is None) is not run.online] == []
    strangers = [
        run.number
        for run in DEMO.runs
        for key in run.trainers
        if not topics[key] & set(COURSES[run.course].topics)
    ]
    assert strangers == []


def test_no_run_has_more_places_than_its_room_has_seats() -> None:
    rooms = DEMO.rooms()
    assert [run.number for run in DEMO.runs if run.room and capacity_of(run) > rooms[run.room].seats] == []


@pytest.mark.parametrize("run", DEMO.runs, ids=lambda run: run.number)
def test_the_situation_of_a_run_agrees_with_its_numbers(run: Run) -> None:
    course, capacity = COURSES[run.course], capacity_of(run)
    free = capacity - run.enrolled

    assert 0 <= run.enrolled <= capacity
    assert course.minimum <= capacity
    assert (run.waiting > 0) == (run.situation == "full_with_waiting")
    assert bool(run.cancelled_reason_de) == bool(run.cancelled_reason_en) == (run.situation == "cancelled")
    assert bool(run.note_de) == bool(run.note_en)
    match run.situation:
        case "draft" | "empty":
            assert run.enrolled == 0
            assert run.week > 0
        case "full" | "full_with_waiting":
            assert free == 0
        case "nearly_full":
            assert free in {2, 3}
        case "some":
            assert run.enrolled > 0
            assert free > 3
        case "minimum_missing":
            assert 0 < run.enrolled < course.minimum
            assert run.week == 1
        case "confirmed":
            assert run.enrolled >= course.minimum
        case "completed_with_certificates" | "completed_certificates_pending":
            assert run.enrolled >= course.minimum
            assert run.through_holidays
            weeks = 1 if run.block else ((run.sessions or course.sessions) - 1) * run.interval_weeks + 1
            assert run.week >= -26
            assert run.week + weeks <= 0
        case "cancelled":
            assert run.week > 0


def test_runs_are_in_every_situation_and_most_are_still_to_come() -> None:
    situations = Counter(run.situation for run in DEMO.runs)
    assert min(situations.values()) >= 3
    assert len(situations) == 11
    assert sum(0 < run.week <= 16 for run in DEMO.runs) > len(DEMO.runs) / 2


def test_three_runs_meet_on_whatever_day_today_is() -> None:
    today = [run for run in DEMO.runs if run.weekday == "today"]
    assert len(today) == 3
    for run in today:
        assert run.through_holidays
        assert run.week <= 0 < run.week + COURSES[run.course].sessions


def test_dates_are_told_relative_to_today() -> None:
    monday_run = next(run for run in DEMO.runs if run.weekday == "monday" and run.week == 1)
    todays_run = next(run for run in DEMO.runs if run.weekday == "today" and run.week == -2)
    assert first_day(monday_run, SUNDAY) == date(2026, 11, 23)
    assert first_day(todays_run, SUNDAY) == date(2026, 11, 8)


def test_prices_make_sense() -> None:
    for course in DEMO.courses:
        assert course.concession_cents <= course.price_cents, course.slug
        assert bool(course.payment) == (course.price_cents > 0), course.slug
        assert (course.withdrawal == "excluded") == bool(course.withdrawal_reason_de), course.slug
        assert bool(course.withdrawal_reason_de) == bool(course.withdrawal_reason_en), course.slug
        if course.audiences == ["smes"]:
            assert 4900 <= course.price_cents <= 29000, course.slug


def test_every_young_course_says_for_what_age() -> None:
    young = [course for course in DEMO.courses if "youth" in course.audiences]
    assert [course.slug for course in young if course.min_age is None or course.max_age is None] == []
    assert [course.slug for course in young if (course.min_age or 0) >= (course.max_age or 0)] == []


def test_every_course_names_three_to_five_outcomes_of_several_kinds() -> None:
    for course in DEMO.courses:
        assert 3 <= len(course.outcome) <= 5, course.slug
        assert len({outcome.competence for outcome in course.outcome}) >= 2, course.slug
    competences = {outcome.competence for course in DEMO.courses for outcome in course.outcome}
    assert {competence[0] for competence in competences} == set("12345")


def test_the_people_add_up_to_what_the_file_promises() -> None:
    people = DEMO.people
    shapes = [(shape.count, shape.member) for shape in people.household]
    households = Counter(figure.household for figure in people.figure)

    persons = (
        len(people.figure) + sum(n * len(member) for n, member in shapes) + sum(c.count for c in people.crowd)
    )
    minors = sum(figure.age < 18 for figure in people.figure)
    minors += sum(n * sum(one.age_to < 18 for one in member) for n, member in shapes)
    shared = sum(size > 1 for size in households.values()) + sum(n for n, _ in shapes)

    assert (persons, minors, shared) == (people.persons, people.minors, people.households) == (400, 60, 90)


def test_every_age_has_names_and_a_way_to_be_reached() -> None:
    for age in range(100):
        assert sum(band.age_from <= age <= band.age_to for band in DEMO.people.reach) == 1, age
        for origin in DEMO.people.origin:
            genders = [names.gender for names in origin.given_names if names.age_from <= age <= names.age_to]
            assert sorted(genders) == ["female", "male"], (origin.key, age)


def test_the_figures_know_each_other_and_fit_their_courses() -> None:
    figures = {figure.key: figure for figure in DEMO.people.figure}
    companies = {company.key for company in DEMO.people.company}
    districts = {district.name for district in DEMO.people.district}
    state_of = {
        "completed": {"completed_with_certificates", "completed_certificates_pending"},
        "waiting": {"full_with_waiting"},
    }
    for figure in figures.values():
        assert {*figure.acts_for, *figure.guardian_of} <= set(figures)
        assert all(figures[key].household == figure.household for key in figure.acts_for)
        assert {figure.company, figure.contact_of} <= {None, *companies}
        assert figure.district in districts
        assert bool(figure.support_de) == bool(figure.support_en)
        for enrolment in figure.enrolment:
            run = RUNS[enrolment.run]
            course = COURSES[run.course]
            assert (course.min_age or 0) <= figure.age <= (course.max_age or 120), figure.key
            assert enrolment.state not in state_of or run.situation in state_of[enrolment.state], figure.key
    guarded = {key for figure in figures.values() for key in figure.guardian_of}
    assert guarded == {figure.key for figure in figures.values() if figure.age < 18}


def test_the_centre_s_bank_account_has_a_valid_check_number() -> None:
    iban = DEMO.centre.bank_iban.replace(" ", "")
    assert int(iban[4:] + "1314" + iban[2:4]) % 97 == 1


def test_a_misspelt_field_is_refused_with_the_name_of_the_file(tmp_path: Path) -> None:
    for file in FOLDER.rglob("*.toml"):
        copy = tmp_path / file.relative_to(FOLDER)
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    topics = tmp_path / "topics.toml"
    topics.write_text(topics.read_text(encoding="utf-8").replace("name_en", "nam_en", 1), encoding="utf-8")

    with pytest.raises(DemoDataError, match=r"topics\.toml: .*nam_en"):
        read_demo(tmp_path)


def test_start_times_are_those_of_daily_life() -> None:
    assert [run.number for run in DEMO.runs if not time(8, 30) <= run.start <= time(18, 30)] == []


def test_rooms_have_only_equipment_that_has_a_name_and_every_way_is_known_once() -> None:
    vocabulary = [one.key for one in DEMO.house.equipment]
    ways = [frozenset(way.between) for way in DEMO.house.way]
    houses = [venue.key for venue in DEMO.venues]

    assert {key for room in DEMO.rooms().values() for key in room.equipment} == set(vocabulary)
    assert doubled(vocabulary) == []
    assert sorted(map(sorted, ways)) == sorted(map(sorted, combinations(houses, 2)))
