"""The conditions of a run at the moment of enrolling, under its lock: one look at them, one judgement of everybody in the order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from lms.audit.trail import record
from lms.db import links_of
from lms.enrolment import policy
from lms.enrolment.conditions import rules, words
from lms.enrolment.conditions.errors import (
    CodeWordNeeded,
    CodeWordWrong,
    DeclarationNeeded,
    EarlierCourseMissing,
    EarlierCourseUnknown,
    LivesElsewhere,
    ResidenceNeeded,
    TeamDecides,
)
from lms.enrolment.conditions.models import Admission, ApprovalMode, QuestionAnswer, RunCondition
from lms.enrolment.conditions.queries import NOTHING, Asks, asks_of, has_taken
from lms.enrolment.conditions.values import Said
from lms.enrolment.models import Approval, Enrolment
from lms.enrolment.service.locked import LockedRun
from lms.enrolment.service.persons import Named, Register
from lms.kernel.actor import Actor
from lms.kernel.errors import Forbidden
from lms.kernel.tokens import Signer
from lms.people.models import Person


@dataclass(slots=True)
class Entry:
    """How the run's conditions stand with one order: what has to be kept of it, and whether the team decides."""

    said: Said
    asks: Asks = NOTHING
    is_exempt: bool = False
    """The team lets them in whatever the conditions say."""
    approval: ApprovalMode = ApprovalMode.NONE
    answers: dict[UUID, dict[UUID, list[str]]] = field(default_factory=dict)
    """By person, then by question."""

    @property
    def is_pending(self) -> bool:
        """Whether the team has to agree first."""
        return self.approval is not ApprovalMode.NONE

    @property
    def keeps_place(self) -> bool:
        """Whether somebody who waits for the team's answer keeps a place."""
        return self.approval is ApprovalMode.HOLDS

    def state(self, *, waits_for_consent: bool) -> Approval | None:
        """What a new enrolment of this order says about the team's approval."""
        if not self.is_pending:
            return None
        return Approval.LATER if waits_for_consent else Approval.ASKED


async def begin_entry(locked: LockedRun, actor: Actor, said: Said) -> Entry:
    """Read the run's conditions under its lock and narrow its ages; whoever enrols for the team needs nobody's approval.

    Raises Forbidden where somebody else than the team asks for an exception.
    """
    by_staff = policy.is_enrolment_staff(actor)
    if said.override_reason and not by_staff:
        raise Forbidden
    asks = await asks_of(locked.session, locked.run)
    entry = Entry(said, asks, is_exempt=bool(said.override_reason.strip()))
    if not by_staff:
        entry.approval = asks.approval
    if entry.is_exempt:
        locked.min_age = locked.max_age = None
        locked.is_for_youth = False
    elif asks.condition is not None:
        locked.min_age, locked.max_age = rules.narrower(
            (locked.min_age, locked.max_age), (asks.condition.min_age, asks.condition.max_age)
        )
    return entry


def refuse_pending(entry: Entry) -> None:
    """Raise TeamDecides where the team would have to agree first, for those who cannot wait for it."""
    if entry.is_pending:
        raise TeamDecides


async def judge(
    locked: LockedRun, register: Register, entry: Entry, who: Sequence[Person], named: Sequence[Named]
) -> None:
    """Refuse whom the run's conditions do not let in, and keep what was answered.

    Raises CodeWordNeeded, CodeWordWrong, DeclarationNeeded, ResidenceNeeded, LivesElsewhere, EarlierCourseMissing,
    EarlierCourseUnknown, AnswerMissing, AnswerRefused.
    """
    condition = entry.asks.condition
    if condition is not None and not entry.is_exempt:
        _refuse_without_code_word(condition, entry.said, links_of(locked.session).signer)
        if entry.asks.needs_declaration and not entry.said.declared:
            raise DeclarationNeeded(declaration=words.declaration(condition))
        for person, one in zip(who, named, strict=True):
            _refuse_elsewhere(condition, register, person, one)
    if not entry.is_exempt:
        await _refuse_beginners(locked, register, entry.asks, who)
    _keep_answers(entry, who)


def _refuse_without_code_word(condition: RunCondition, said: Said, signer: Signer) -> None:
    if not condition.code_seal or said.code_mark == condition.code_seal:
        return
    if not said.code_word:
        raise CodeWordNeeded
    if not is_code_word(signer, condition, said.code_word):
        raise CodeWordWrong


def is_code_word(signer: Signer, condition: RunCondition, word: str) -> bool:
    """Whether this is the run's code word; compared in constant time."""
    if condition.code_salt is None or not condition.code_seal:
        return False
    return signer.matches(condition.code_seal, purpose_of(word), condition.code_salt)


def purpose_of(word: str) -> str:
    """What the seal of a code word is made for."""
    return f"code-word:{rules.folded(word)}"


def _refuse_elsewhere(condition: RunCondition, register: Register, person: Person, named: Named) -> None:
    """A stranger's typed address counts, never what we know of somebody of that name: a refusal would tell it."""
    if not condition.residence:
        return
    typed = ("", "") if isinstance(named, UUID) else (named.postal_code, named.city)
    is_ours = register.actor.may_for(person.id, "R", "person")
    known = (person.postal_code, person.city) if is_ours else ("", "")
    postal_code, city = known if any(known) else typed
    where = words.places(condition.residence)
    if not postal_code and not city:
        raise ResidenceNeeded(name=person.name, residence=where)
    if not rules.lives_in(condition.residence, postal_code, city):
        raise LivesElsewhere(name=person.name, residence=where)


async def _refuse_beginners(locked: LockedRun, register: Register, asks: Asks, who: Sequence[Person]) -> None:
    for earlier in asks.needed:
        course = words.spoken(earlier.title_de, earlier.title_en)
        for person in who:
            if not register.actor.may_for(person.id, "R", "enrolment"):
                raise EarlierCourseUnknown(course=course)
        taken = await has_taken(locked.session, [one.id for one in who], earlier.id, locked.run.id)
        for person in who:
            if person.id not in taken:
                raise EarlierCourseMissing(name=person.name, course=course)


def _keep_answers(entry: Entry, who: Sequence[Person]) -> None:
    questions = entry.asks.questions
    if not questions:
        return
    read = {one.id: words.wording(one) for one in questions}
    for number, person in enumerate(who):
        given = entry.said.answers[number] if number < len(entry.said.answers) else {}
        entry.answers[person.id] = rules.checked_answers(
            questions,
            given,
            name=person.name,
            words=read,
            may_lack=entry.is_exempt or entry.said.answers_later,
        )


def keep_entry(locked: LockedRun, actor: Actor, entry: Entry, placed: Sequence[Enrolment]) -> None:
    """Write down on what grounds these enrolments came about, and what was answered. They are in the database already."""
    condition = entry.asks.condition
    declared = ""
    if condition is not None and entry.said.declared and not entry.is_exempt:
        declared = words.declaration(condition)
    read: Mapping[UUID, str] = {one.id: words.wording(one) for one in entry.asks.questions}
    for enrolment in placed:
        if declared or entry.is_exempt:
            locked.session.add(
                Admission(
                    enrolment_id=enrolment.id,
                    at=locked.at,
                    declaration=declared,
                    override_reason=entry.said.override_reason.strip(),
                )
            )
        if entry.is_exempt:
            record(
                locked.session, actor, "enrolment.exempted", at=locked.at, kind="enrolment",
                object_id=enrolment.id, person_id=enrolment.person_id, reason=entry.said.override_reason.strip(),
            )  # fmt: skip
        given = entry.answers.get(enrolment.person_id, {}) if enrolment.person_id else {}
        locked.session.add_all(
            QuestionAnswer(
                enrolment_id=enrolment.id,
                question_id=question_id,
                values=values,
                wording=read[question_id],
                answered_at=locked.at,
            )
            for question_id, values in given.items()
        )
