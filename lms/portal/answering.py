"""What trainers answer: by the link in a letter, or signed in. Opening a page decides nothing, the buttons do."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run, RunState
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.portal.course_words import rich
from lms.portal.draft_reading import Draft, read_draft
from lms.scheduling.errors import NothingToCorrect
from lms.scheduling.links import ASSIGNMENT, PROOF, assignment_path, opens, proof_path
from lms.scheduling.models import Answer, Preparation, ProofState, RunTrainer
from lms.scheduling.service import Scheduling
from lms.web.access import PUBLIC, may
from lms.web.forms import Form, TextArea, form_from
from lms.web.module import Around
from lms.web.notices import after, declare

PRIVATE = {"x-robots-tag": "noindex", "cache-control": "no-store", "referrer-policy": "same-origin"}
RELEASED = declare("ankuendigung-richtig", N_("Thank you. The team now knows that everything is right."))
CORRECTED = declare("korrigiert", N_("Thank you. The team has your corrections."))
ACCEPTED = declare("zugesagt", N_("Thank you. The team now knows that you teach this course."))
DECLINED = declare("abgelehnt", N_("Thank you for saying so. The team looks for somebody else."))


class CorrectionForm(Form):
    """What should be different."""

    note = TextArea(
        N_("What should be different?"), hint=N_("Dates, room, price, number of people: simply write it."), rows=4
    )  # fmt: skip
    summary = TextArea(N_("Your proposal for the sentence in the catalogue"), rows=3, longest=500)
    text = TextArea(N_("Your proposal for the description"), rows=8, longest=6000)


class DeclineForm(Form):
    """Why somebody cannot."""

    note = TextArea(
        N_("Do you want to tell us why?"), hint=N_("Please write nothing about illnesses."), rows=3, longest=500
    )  # fmt: skip


class ProofByLink(Controller):
    """Proof-reading without signing in."""

    path = "/korrektur/{run_id:uuid}/{person_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def show(
        self,
        run_id: FromPath[UUID],
        person_id: FromPath[UUID],
        token: FromPath[str],
        around: NamedDependency[Around],
    ) -> Template:
        """The draft, and the two ways to answer."""
        _refuse_wrong(around, token, PROOF, run_id, person_id)
        return await _proof_page(
            around.begin, run_id, person_id, proof_path(around.signer, run_id, person_id)
        )

    @post("/freigeben")
    async def release(
        self,
        run_id: FromPath[UUID],
        person_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Everything is right."""
        _refuse_wrong(around, token, PROOF, run_id, person_id)
        here = proof_path(around.signer, run_id, person_id)
        return await _release(scheduling, actor, around.begin, run_id, person_id, token, here)

    @post("/korrigieren")
    async def correct(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        person_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Something should be different."""
        _refuse_wrong(around, token, PROOF, run_id, person_id)
        form = form_from(CorrectionForm, await request.form())
        here = proof_path(around.signer, run_id, person_id)
        return await _correct(scheduling, actor, around.begin, run_id, person_id, token, here, form)


class OwnProofPages(Controller):
    """The same for a trainer who has signed in."""

    path = "/kursleitung/korrektur/{run_id:uuid}"
    opt = may("C", "attendance")
    include_in_schema = False

    @get()
    async def show(
        self, run_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """The draft, and the two ways to answer."""
        return await _proof_page(begin, run_id, _own(actor), f"/kursleitung/korrektur/{run_id}")

    @post("/freigeben")
    async def release(
        self,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Everything is right."""
        here = f"/kursleitung/korrektur/{run_id}"
        return await _release(scheduling, actor, begin, run_id, _own(actor), "", here)

    @post("/korrigieren")
    async def correct(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Something should be different."""
        form = form_from(CorrectionForm, await request.form())
        here = f"/kursleitung/korrektur/{run_id}"
        return await _correct(scheduling, actor, begin, run_id, _own(actor), "", here, form)


class AssignmentByLink(Controller):
    """Saying yes or no without signing in."""

    path = "/einsatz/{run_id:uuid}/{person_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def show(
        self,
        run_id: FromPath[UUID],
        person_id: FromPath[UUID],
        token: FromPath[str],
        around: NamedDependency[Around],
    ) -> Template:
        """The dates, and the two buttons."""
        _refuse_wrong(around, token, ASSIGNMENT, run_id, person_id)
        here = assignment_path(around.signer, run_id, person_id)
        return await _assignment_page(around.begin, around.clock, run_id, person_id, here)

    @post("/zusagen")
    async def accept(
        self,
        run_id: FromPath[UUID],
        person_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Yes."""
        _refuse_wrong(around, token, ASSIGNMENT, run_id, person_id)
        here = assignment_path(around.signer, run_id, person_id)
        return await _accept(scheduling, actor, around.begin, around.clock, run_id, person_id, token, here)

    @post("/absagen")
    async def decline(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        person_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """No."""
        _refuse_wrong(around, token, ASSIGNMENT, run_id, person_id)
        form = form_from(DeclineForm, await request.form())
        here = assignment_path(around.signer, run_id, person_id)
        return await _decline(
            scheduling, actor, around.begin, around.clock, run_id, person_id, token, here, form
        )


class OwnAssignmentPages(Controller):
    """The same for a trainer who has signed in."""

    path = "/kursleitung/einsatz/{run_id:uuid}"
    opt = may("C", "attendance")
    include_in_schema = False

    @get()
    async def show(
        self,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """The dates, and the two buttons."""
        return await _assignment_page(begin, clock, run_id, _own(actor), f"/kursleitung/einsatz/{run_id}")

    @post("/zusagen")
    async def accept(
        self,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Yes."""
        here = f"/kursleitung/einsatz/{run_id}"
        return await _accept(scheduling, actor, begin, clock, run_id, _own(actor), "", here)

    @post("/absagen")
    async def decline(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """No."""
        form = form_from(DeclineForm, await request.form())
        here = f"/kursleitung/einsatz/{run_id}"
        return await _decline(scheduling, actor, begin, clock, run_id, _own(actor), "", here, form)


async def to_answer(
    session: AsyncSession, person_id: UUID | None, clock: Clock
) -> Sequence[tuple[str, Run, Course]]:
    """What this trainer is asked at the moment: "proof" or "assignment", the run and its course; one statement."""
    rows = await session.execute(
        select(RunTrainer, Run, Course, Preparation)
        .join(Run, Run.id == RunTrainer.run_id)
        .join(Course, Course.id == Run.course_id)
        .outerjoin(Preparation, Preparation.run_id == Run.id)
        .where(
            RunTrainer.person_id == person_id,
            Run.state.in_([RunState.DRAFT, RunState.PUBLISHED, RunState.CONFIRMED]),
            or_(Run.starts_at.is_(None), Run.starts_at > clock()),
            or_(RunTrainer.answer == Answer.ASKED, Preparation.proof == ProofState.ASKED),
        )
        .order_by(Run.starts_at)
    )
    found = []
    for named, run, course, prepared in rows:
        if named.answer is Answer.ASKED:
            found.append(("assignment", run, course))
        if run.state is RunState.DRAFT and _proof_of(prepared) is ProofState.ASKED:
            found.append(("proof", run, course))
    return found


def _proof_of(prepared: Preparation | None) -> ProofState:
    """Nothing is written down where nobody was asked."""
    return ProofState.NONE if prepared is None else prepared.proof


def _refuse_wrong(around: Around, token: str, purpose: str, run_id: UUID, person_id: UUID) -> None:
    if not opens(around.signer, token, purpose, run_id, person_id):
        raise NotFound


def _own(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise NotFound
    return actor.person_id


async def _release(
    scheduling: Scheduling, actor: Actor, begin: Begin, run_id: UUID, person_id: UUID, token: str, here: str
) -> Template | Redirect:
    try:
        await scheduling.release_proof(actor, run_id=run_id, person_id=person_id, token=token)
    except DomainError as refusal:
        return await _proof_page(begin, run_id, person_id, here, _refused(CorrectionForm(), refusal), refusal.status)  # fmt: skip
    return after(here, RELEASED)


async def _correct(
    scheduling: Scheduling,
    actor: Actor,
    begin: Begin,
    run_id: UUID,
    person_id: UUID,
    token: str,
    here: str,
    form: CorrectionForm,
) -> Template | Redirect:
    if not form.validate():
        return await _proof_page(begin, run_id, person_id, here, form, 422)
    async with begin.reading() as session:
        course = (await read_draft(session, run_id, person_id)).course
    summary, text = _other(form.summary.data, course.summary_de), _other(form.text.data, course.text_de)
    try:
        await scheduling.correct_proof(
            actor,
            run_id=run_id,
            person_id=person_id,
            token=token,
            note=form.note.data or "",
            summary=summary,
            text=text,
        )
    except DomainError as refusal:
        form.refuse("note" if isinstance(refusal, NothingToCorrect) else "", refusal.message)
        return await _proof_page(begin, run_id, person_id, here, form, refusal.status)
    return after(here, CORRECTED)


def _other(proposed: str | None, present: str) -> str:
    """A proposal, unless it is what stands there already."""
    words = (proposed or "").strip()
    return "" if words == present.replace("\r\n", "\n").strip() else words


def _refused(form: Any, refusal: DomainError) -> Any:
    form.refuse("", refusal.message, **refusal.params)
    return form


async def _proof_page(
    begin: Begin,
    run_id: UUID,
    person_id: UUID,
    here: str,
    form: CorrectionForm | None = None,
    status: int = 200,
) -> Template:
    async with begin.reading() as session:
        draft = await read_draft(session, run_id, person_id)
    proof = draft.preparation.proof if draft.preparation else ProofState.NONE
    is_open = draft.run.state is RunState.DRAFT and proof is not ProofState.NONE
    return Template(
        "portal/teaching/proof.html",
        context={
            "draft": draft,
            "rich": rich,
            "here": here,
            "is_own": here.startswith("/kursleitung"),
            "proof": proof,
            "is_open": is_open,
            "form": form or _correction_of(draft),
        },
        status_code=status,
        headers=PRIVATE,
    )


def _correction_of(draft: Draft) -> CorrectionForm:
    """The form with the present texts, or with what was proposed already."""
    prepared = draft.preparation
    return form_from(
        CorrectionForm,
        note=prepared.proof_note if prepared else "",
        summary=(prepared.proof_summary if prepared else "") or draft.course.summary_de,
        text=(prepared.proof_text if prepared else "") or draft.course.text_de,
    )


async def _accept(
    scheduling: Scheduling,
    actor: Actor,
    begin: Begin,
    clock: Clock,
    run_id: UUID,
    person_id: UUID,
    token: str,
    here: str,
) -> Template | Redirect:
    try:
        await scheduling.accept_assignment(actor, run_id=run_id, person_id=person_id, token=token)
    except DomainError as refusal:
        form = _refused(DeclineForm(), refusal)
        return await _assignment_page(begin, clock, run_id, person_id, here, form, refusal.status)
    return after(here, ACCEPTED)


async def _decline(
    scheduling: Scheduling,
    actor: Actor,
    begin: Begin,
    clock: Clock,
    run_id: UUID,
    person_id: UUID,
    token: str,
    here: str,
    form: DeclineForm,
) -> Template | Redirect:
    status = 422
    if form.validate():
        try:
            await scheduling.decline_assignment(
                actor, run_id=run_id, person_id=person_id, token=token, note=form.note.data or ""
            )
            return after(here, DECLINED)
        except DomainError as refusal:
            form.refuse("", refusal.message)
            status = refusal.status
    return await _assignment_page(begin, clock, run_id, person_id, here, form, status)


async def _assignment_page(
    begin: Begin,
    clock: Clock,
    run_id: UUID,
    person_id: UUID,
    here: str,
    form: DeclineForm | None = None,
    status: int = 200,
) -> Template:
    async with begin.reading() as session:
        draft = await read_draft(session, run_id, person_id)
    run = draft.run
    has_begun = run.starts_at is not None and run.starts_at <= clock()
    answer = draft.named.answer if draft.named else Answer.UNASKED
    return Template(
        "portal/teaching/assignment.html",
        context={
            "draft": draft,
            "here": here,
            "is_own": here.startswith("/kursleitung"),
            "answer": answer,
            "is_open": answer is not Answer.UNASKED
            and not has_begun
            and run.state not in {RunState.COMPLETED, RunState.CANCELLED},
            "form": form or DeclineForm(),
        },
        status_code=status,
        headers=PRIVATE,
    )
