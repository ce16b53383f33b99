"""What planning knows beside the runs: tasks, trainers' times, how drafts stand, ideas."""

from collections.abc import Mapping, Sequence
from datetime import time as clock_time
from datetime import timedelta

from lms.catalogue.models import Course, Run, RunState
from lms.demo.data import WEEKDAYS
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.demo.filling.timetable import PLANNER, Planned
from lms.demo.shapes import planning as shapes
from lms.kernel.clock import at_venue
from lms.scheduling.models import Answer, Preparation, ProofState, RunTask, RunTrainer, TaskPattern
from lms.scheduling.tasks import due_on
from lms.trainers.models import Absence, Availability

RECENT = timedelta(days=14)
"""Runs that have been over for longer have no tasks any more."""
ASKED_BEFORE = timedelta(days=6)
ANSWERED_BEFORE = timedelta(days=2)
HANDS = "Claudia Wegmann"
FORGOTTEN = frozenset({"2015", "4020"})
"""Runs of which one task is overdue, so that the desk has something to remind of."""


async def fill_planning(
    ground: Ground, courses: Mapping[str, Course], everybody: Everybody, runs: Sequence[Planned]
) -> None:
    """Write everything; the runs are there already."""
    told, of_number = ground.demo.planning, {one.run.number: one for one in runs}
    await _fill_tasks(ground, told.task, runs)
    await _fill_times(ground, told, everybody)
    for idea in told.idea:
        await _keep_idea(ground, courses[idea.course], idea, everybody)
    for proof in told.proof:
        _note_proof(ground, of_number[proof.run], proof, everybody)
    answers = {one.run: one for one in told.answer}
    for planned in runs:
        await _note_answers(ground, planned, answers.get(planned.run.number), everybody)
    await ground.session.flush()


async def _fill_tasks(ground: Ground, tasks: Sequence[shapes.Task], runs: Sequence[Planned]) -> None:
    await ground.put(
        TaskPattern(id=ground.key(), title=task.title, days_before=task.days_before, position=position)
        for position, task in enumerate(tasks, start=1)
    )
    for planned in runs:
        if planned.run.state is RunState.CANCELLED or planned.ends_at < ground.now - RECENT:
            continue
        forgets = planned.run.number in FORGOTTEN
        for position, task in enumerate(tasks, start=1):
            due = due_on(planned.run, task.days_before)
            is_done = due is not None and due <= ground.today and not forgets
            ground.session.add(
                RunTask(
                    id=ground.key(),
                    run_id=planned.run.id,
                    title=task.title,
                    days_before=task.days_before,
                    due_on=due,
                    position=position,
                    done_at=at_venue(due, clock_time(9, 30)) if is_done and due else None,
                    done_by=HANDS if is_done else "",
                )
            )
            forgets = forgets and not (due is not None and due <= ground.today)


async def _fill_times(ground: Ground, told: shapes.Planning, everybody: Everybody) -> None:
    await ground.put(
        Availability(
            id=ground.key(),
            person_id=everybody.trainers[hours.trainer].id,
            weekday=WEEKDAYS.index(weekday),
            opens=hours.opens,
            closes=hours.closes,
        )
        for hours in told.hours
        for weekday in hours.weekdays
    )
    monday = ground.today - timedelta(days=ground.today.weekday())
    for absence in told.absence:
        first = monday + timedelta(weeks=absence.week)
        ground.session.add(
            Absence(
                id=ground.key(),
                person_id=everybody.trainers[absence.trainer].id,
                starts_at=at_venue(first, clock_time()),
                ends_at=at_venue(first + timedelta(days=absence.days), clock_time()),
                note=absence.note,
            )
        )


async def _keep_idea(ground: Ground, course: Course, idea: shapes.Idea, everybody: Everybody) -> None:
    run = Run(
        id=ground.key(),
        course_id=course.id,
        number=idea.number,
        capacity=course.default_capacity,
        minimum=course.default_minimum,
        created_at=ground.now - ASKED_BEFORE,
        price_cents=course.default_price_cents,
        concession_cents=course.default_concession_cents,
    )
    await ground.put([run])
    ground.session.add(Preparation(run_id=run.id, note=idea.note))
    ground.note(run.created_at, "run.idea", "run", run.id, by=everybody.member(PLANNER))


def _note_proof(ground: Ground, planned: Planned, proof: shapes.Proof, everybody: Everybody) -> None:
    asked, answered = ground.now - ASKED_BEFORE, ground.now - ANSWERED_BEFORE
    state, run = ProofState(proof.state), planned.run
    trainer = everybody.trainers[planned.shape.trainers[0]]
    has_answer = state is not ProofState.ASKED
    ground.session.add(
        Preparation(
            run_id=run.id,
            proof=state,
            proof_asked_at=asked,
            proof_answered_at=answered if has_answer else None,
            proof_by=trainer.id if has_answer else None,
            proof_note=proof.note,
            proof_summary=proof.summary,
        )
    )
    ground.note(asked, "run.proof_asked", "run", run.id, by=everybody.member(PLANNER))
    if has_answer:
        ground.note(answered, f"run.proof_{state.value}", "run", run.id, person_id=trainer.id)


async def _note_answers(
    ground: Ground, planned: Planned, told: shapes.Answer | None, everybody: Everybody
) -> None:
    usual = Answer.UNASKED if planned.run.state is RunState.DRAFT else Answer.ACCEPTED
    answer = Answer(told.answer) if told else usual
    if answer is Answer.UNASKED:
        return
    asked = min(planned.run.created_at + timedelta(days=1), ground.now - ASKED_BEFORE)
    for key in planned.shape.trainers:
        named = await ground.session.get_one(RunTrainer, (planned.run.id, everybody.trainers[key].id))
        named.answer, named.asked_at = answer, asked
        if answer is not Answer.ASKED:
            named.answered_at = asked + timedelta(days=2)
            named.answer_note = told.note if told else ""
