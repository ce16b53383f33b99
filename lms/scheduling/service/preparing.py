"""Before a run is published: the idea, and proof-reading by whoever teaches it (F-B10, F-B12)."""

from uuid import UUID

from sqlalchemy import select

from lms.audit.trail import record
from lms.catalogue.events import CourseChanged
from lms.catalogue.models import Course, Run, RunState
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.scheduling import policy
from lms.scheduling.errors import NobodyNamed, NoSessions, NothingToCorrect, WrongState
from lms.scheduling.events import ProofAsked
from lms.scheduling.links import PROOF, opens
from lms.scheduling.models import Preparation, ProofState, RunTrainer
from lms.scheduling.preparation import asked_when, preparation_of
from lms.scheduling.queries import run_of
from lms.scheduling.searchable import index_courses
from lms.scheduling.service.acts import Acts
from lms.scheduling.service.planning import next_number
from lms.scheduling.tasks import start_tasks


class Preparing(Acts):
    """What staff and trainers do about a draft."""

    @retried
    async def add_idea(self, actor: Actor, *, course_id: UUID, run_id: UUID, note: str) -> Run:
        """A draft without dates, with the course's own numbers. Under one `run_id` it is made once."""
        ensure(policy.may_plan(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            course = await session.get(
                Course, course_id, with_for_update=True
            )  # two clicks at once queue here
            known = await session.get(Run, run_id)
            if course is None or (known is not None and known.course_id != course_id):
                raise NotFound
            if known is not None:
                return known
            run = Run(
                id=run_id,
                course_id=course_id,
                number=await next_number(session, now),
                capacity=course.default_capacity,
                minimum=min(course.default_minimum, course.default_capacity),
                price_cents=course.default_price_cents,
                concession_cents=course.default_concession_cents,
                created_at=now,
            )
            session.add(run)
            await session.flush()
            session.add(Preparation(run_id=run_id, note=note))
            await start_tasks(session, run)
            record(
                session, actor, "run.idea", at=now, kind="run", object_id=run_id, after={"number": run.number}
            )
        return run

    @retried
    async def ask_for_proof(self, actor: Actor, *, run_id: UUID, seen: str) -> Preparation:
        """Send a draft to its trainers for proof-reading; each gets one letter with a link.

        `seen` is the moment of the last asking as the page knew it (ISO, or empty): sent twice it is asked once.
        Raises NoSessions, NobodyNamed, WrongState.
        """
        ensure(policy.may_plan(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            run = await run_of(session, run_id, lock=True)
            prepared = await preparation_of(session, run_id)
            if asked_when(prepared) != seen:
                return prepared
            if run.state is not RunState.DRAFT:
                raise WrongState
            if not run.session_count:
                raise NoSessions
            if await session.scalar(select(RunTrainer.person_id).where(RunTrainer.run_id == run_id)) is None:
                raise NobodyNamed
            prepared.proof, prepared.proof_asked_at = ProofState.ASKED, now
            prepared.proof_answered_at, prepared.proof_by = None, None
            prepared.proof_note = prepared.proof_summary = prepared.proof_text = ""
            announce(session, ProofAsked(run_id=run_id, asked_at=now), at=now)
            record(session, actor, "run.proof_asked", at=now, kind="run", object_id=run_id)
        return prepared

    async def release_proof(
        self, actor: Actor, *, run_id: UUID, person_id: UUID, token: str = ""
    ) -> Preparation:
        """The trainer has nothing to correct. Twice is as good as once. Raises NotFound, WrongState."""
        return await self._answer_proof(actor, run_id, person_id, token, ProofState.RELEASED, ("", "", ""))

    async def correct_proof(
        self,
        actor: Actor,
        *,
        run_id: UUID,
        person_id: UUID,
        token: str = "",
        note: str,
        summary: str,
        text: str,
    ) -> Preparation:
        """The trainer wants something else; `summary` and `text` are proposals, empty where the course's own may stay.

        Raises NothingToCorrect, NotFound, WrongState.
        """
        if not (note.strip() or summary.strip() or text.strip()):
            raise NothingToCorrect
        proposal = (note.strip(), summary.strip(), text.strip())
        return await self._answer_proof(actor, run_id, person_id, token, ProofState.CORRECTED, proposal)

    @retried
    async def _answer_proof(
        self,
        actor: Actor,
        run_id: UUID,
        person_id: UUID,
        token: str,
        answer: ProofState,
        proposal: tuple[str, str, str],
    ) -> Preparation:
        holds_link = opens(self.signer, token, PROOF, run_id, person_id)
        ensure(policy.may_answer(actor, person_id, holds_link=holds_link), actor)
        now = self.clock()
        async with self.begin() as session:
            run = await run_of(session, run_id, lock=True)
            if await session.get(RunTrainer, (run_id, person_id)) is None:
                raise NotFound
            prepared = await preparation_of(session, run_id)
            said = (prepared.proof_note, prepared.proof_summary, prepared.proof_text)
            if (prepared.proof, said) == (answer, proposal):
                return prepared
            if run.state is not RunState.DRAFT or prepared.proof is ProofState.NONE:
                raise WrongState
            prepared.proof, prepared.proof_answered_at, prepared.proof_by = answer, now, person_id
            prepared.proof_note, prepared.proof_summary, prepared.proof_text = proposal
            record(
                session, actor, f"run.proof_{answer.value}", at=now, kind="run", object_id=run_id,
                person_id=person_id,
            )  # fmt: skip
        return prepared

    @retried
    async def take_over_texts(self, actor: Actor, *, run_id: UUID, version: int) -> Course:
        """Write the texts that the trainer proposes into the course. Raises Stale when the course was changed since.

        The course's words stand on the pages of all its runs. What was taken over is no longer proposed.
        """
        ensure(policy.may_plan(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            run = await run_of(session, run_id, lock=True)
            course = await session.get(Course, run.course_id, with_for_update=True)
            if course is None:
                raise NotFound
            prepared = await preparation_of(session, run_id)
            proposed = {"summary_de": prepared.proof_summary, "text_de": prepared.proof_text}
            changed = [name for name, words in proposed.items() if words and getattr(course, name) != words]
            if not changed:
                return course
            if course.version != version:
                raise Stale
            for name in changed:
                setattr(course, name, proposed[name])
            course.version += 1
            prepared.proof_summary = prepared.proof_text = ""
            await session.flush()
            await index_courses(session, [course.id])
            announce(session, CourseChanged(course_id=course.id), at=now)
            record(
                session, actor, "course.changed", at=now, kind="course", object_id=course.id,
                after={"changed": changed},
            )  # fmt: skip
        return course

    @retried
    async def note(self, actor: Actor, *, run_id: UUID, note: str, seen: str) -> Preparation:
        """What the team wants to remember about a run. Raises Stale when somebody else has written since."""
        ensure(policy.may_plan(actor), actor)
        async with self.begin() as session:
            await run_of(session, run_id, lock=True)
            prepared = await preparation_of(session, run_id)
            if prepared.note == note:
                return prepared
            if prepared.note != seen:
                raise Stale
            prepared.note = note
            record(session, actor, "run.noted", at=self.clock(), kind="run", object_id=run_id)
        return prepared
