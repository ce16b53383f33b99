"""Public tablets in the house, and somebody who practises at home and has called for help."""

from datetime import timedelta

from sqlalchemy import select

from lms.catalogue.models import Run, RunState
from lms.demo.filling.ground import Ground
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.learning.models import Edition, EditionLesson, LessonKind
from lms.practice.models import HelpCall, Kiosk
from lms.scheduling.models import RunTrainer

TABLETS = ("Eingangshalle, links", "Bibliothek, Leseecke")
IN_USE_FOR = timedelta(days=40)
ASKED_AGO = timedelta(hours=3)
NOTE = "Ich finde das Schild nicht."


async def fill_practising(ground: Ground) -> None:
    """The call is about the first exercise of any course, from somebody in a run of it that has a trainer."""
    then = ground.now - IN_USE_FOR
    ground.session.add_all(
        Kiosk(id=ground.key(), name=name, added_at=then, joined_at=then if number == 0 else None)
        for number, name in enumerate(TABLETS)
    )
    row = (
        await ground.session.execute(
            select(Enrolment.id, EditionLesson.lesson_id)
            .join(Run, Run.id == Enrolment.run_id)
            .join(RunTrainer, RunTrainer.run_id == Run.id)
            .join(Edition, Edition.course_id == Run.course_id)
            .join(EditionLesson, EditionLesson.edition_id == Edition.id)
            .where(
                EditionLesson.kind == LessonKind.PRACTICE,
                Enrolment.state == EnrolmentState.CONFIRMED,
                Enrolment.person_id.is_not(None),
                Run.state.in_((RunState.PUBLISHED, RunState.CONFIRMED)),
                Run.ends_at > ground.now,
            )
            .order_by(Run.starts_at, Enrolment.reference, EditionLesson.position)
            .limit(1)
        )
    ).one_or_none()
    if row is not None:
        ground.session.add(
            HelpCall(
                id=ground.key(),
                enrolment_id=row.id,
                lesson_id=row.lesson_id,
                step=1,
                asked_at=ground.now - ASKED_AGO,
                note=NOTE,
            )
        )
    await ground.session.flush()
