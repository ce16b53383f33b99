"""Three runs that ask for something: questions of their own, the team's approval, a code word."""

from collections.abc import Iterable

from sqlalchemy import func, select

from lms.catalogue.models import PaymentMethod
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.demo.filling.timetable import Planned
from lms.enrolment.conditions.models import (
    Admission,
    ApprovalMode,
    QuestionKind,
    RunCondition,
    RunQuestion,
)
from lms.enrolment.events import ApprovalAsked
from lms.enrolment.models import Approval, Enrolment, EnrolmentState, EntryWay, Party
from lms.enrolment.service.entering import purpose_of
from lms.jobs.queue import announce
from lms.kernel.tokens import Signer

ASKING, DECIDING, CLOSED = "4022", "4024", "4020"
CODE_WORD = "Ehrenamt"
"""The note of the run says it, so that whoever looks at the demo can enrol."""
DECLARATION = ("Ich lebe oder arbeite im Landkreis Börde.", "I live or work in the district of Börde.")


async def fill_conditions(ground: Ground, everybody: Everybody, runs: Iterable[Planned]) -> None:
    """Write the conditions, and somebody who waits for the team's answer."""
    planned = {one.run.number: one for one in runs}
    for number in (ASKING, DECIDING, CLOSED):
        planned[number].run.has_conditions = True
    await ground.put(_questions(ground, planned[ASKING]))
    salt = ground.key()
    await ground.put(
        [
            RunCondition(
                run_id=planned[DECIDING].run.id,
                approval=ApprovalMode.ASKS,
                declaration_de=DECLARATION[0],
                declaration_en=DECLARATION[1],
            ),
            RunCondition(
                run_id=planned[CLOSED].run.id,
                code_salt=salt,
                code_seal=Signer(ground.settings.secret_values).token(purpose_of(CODE_WORD), salt),
            ),
        ]
    )
    await _somebody_waits(ground, everybody, planned[DECIDING])


def _questions(ground: Ground, planned: Planned) -> Iterable[RunQuestion]:
    own = RunQuestion(
        id=ground.key(),
        run_id=planned.run.id,
        position=1,
        kind=QuestionKind.YES_NO,
        wording_de="Bringen Sie einen eigenen Entwurf zum Drucken mit?",
        wording_en="Do you bring a design of your own to print?",
        is_required=True,
        for_trainers=True,
    )
    yield own
    yield RunQuestion(
        id=ground.key(),
        run_id=planned.run.id,
        position=2,
        kind=QuestionKind.TEXT,
        wording_de="Was möchten Sie drucken?",
        wording_en="What do you want to print?",
        is_required=True,
        depends_on_id=own.id,
        depends_on="yes",
        for_trainers=True,
    )
    yield RunQuestion(
        id=ground.key(),
        run_id=planned.run.id,
        position=3,
        kind=QuestionKind.SEVERAL,
        wording_de="Womit haben Sie schon gearbeitet?",
        wording_en="What have you worked with before?",
        choices=[
            {"de": "Mit einem 3D-Drucker", "en": "A 3D printer"},
            {"de": "Mit einem Zeichenprogramm", "en": "A drawing program"},
            {"de": "Mit einem Lasercutter", "en": "A laser cutter"},
        ],
        kept_days=7,
    )


async def _somebody_waits(ground: Ground, everybody: Everybody, planned: Planned) -> None:
    run, session = planned.run, ground.session
    here = set(await session.scalars(select(Enrolment.person_id).where(Enrolment.run_id == run.id)))
    learner = next(
        one
        for one in everybody.register.learners
        if one.person.id not in here and not one.figure and not one.guardians and one.person.email
    )
    last = await session.scalar(select(func.max(Party.position)).where(Party.run_id == run.id)) or 0
    since = ground.now.replace(microsecond=0)
    party = Party(id=ground.key(), run_id=run.id, position=last + 1, size=1, joined_at=since)
    await ground.put([party])
    enrolment = Enrolment(
        id=ground.key(),
        run_id=run.id,
        party_id=party.id,
        reference="WART-2026",
        state=EnrolmentState.REQUESTED,
        created_at=since,
        changed_at=since,
        way=EntryWay.WEB,
        person_id=learner.person.id,
        contact_id=learner.contact.id,
        order_id=ground.key(),
        price_cents=run.price_cents,
        payment_method=PaymentMethod.INVOICE if run.price_cents else PaymentMethod.FREE,
        approval=Approval.ASKED,
    )
    await ground.put([enrolment])
    await ground.put([Admission(enrolment_id=enrolment.id, at=since, declaration=DECLARATION[0])])
    ground.note(
        since, "enrolment.approval_asked", "enrolment", enrolment.id, person_id=learner.person.id,
        after={"state": EnrolmentState.REQUESTED},
    )  # fmt: skip
    announce(session, ApprovalAsked(enrolment_id=enrolment.id), at=ground.now)
