"""What a course and a run ask of people before they get a certificate. Nothing issued changes by it."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from certificates.document import Kind
from lms.catalogue.models import Course
from lms.certification.eligibility.affected import Effect, effect_of_course, effect_of_run
from lms.certification.eligibility.completion import Mix
from lms.certification.eligibility.errors import NotCovered
from lms.certification.eligibility.models import CourseRule, Excused, FundingProgramme, RunRule
from lms.certification.eligibility.reading import asked_of
from lms.certification.eligibility.rule_setting import CertificateRules, CourseTerms
from lms.certification.eligibility.words import EXCUSED, MIXES, threshold_words
from lms.certification.words import KINDS
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import NotFound, Stale
from lms.kernel.marking import N_
from lms.learning.models import Edition, EditionLesson, LessonKind
from lms.scheduling.queries import run_of
from lms.web.access import may
from lms.web.fields import Checkboxes, DateParts, Hidden, Number, Radios, Select, Text, TextArea
from lms.web.forms import Form, form_from
from lms.web.language import gettext
from lms.web.notices import SAVED, after
from lms.web.sent import uuid_in
from lms.web.versions import Versions, both_versions, version_in

SURE = "sicher"
LONGEST_NAME, LONGEST_TEXT = 200, 2_000
OF_A_COURSE = (Kind.ATTENDANCE.value, Kind.EXAMINED.value, Kind.EDUCATION_LEAVE.value)


class CourseRuleForm(Form):
    """What a course asks and gives."""

    kinds = Checkboxes(
        N_("Which papers are there?"),
        choices=[(kind, KINDS[kind]) for kind in OF_A_COURSE],
        hint=N_(
            "With an exam: who passes gets that paper, everybody else the one of attendance, if you tick both."
        ),
        missing=N_("Choose at least one paper."),
    )
    exam_de = Text(N_("Name of the exam"), hint=N_("It stands on the certificate with an exam."))
    exam_en = Text(N_("Name of the exam in English"))
    excused = Radios(
        N_("What about excused sessions?"),
        choices=[(one.value, words) for one, words in EXCUSED.items()],
        missing=N_("Choose what excused sessions mean."),
        hint=N_("An excused session never counts as attended."),
    )
    lessons_percent = Number(
        N_("Share of the lessons that have to be done, in percent"),
        least=1,
        most=100,
        width=5,
        hint=N_(
            "100 means all lessons that count. Leave it empty if lessons do not count for the certificate."
        ),
    )
    quizzes = Checkboxes(N_("Which quizzes have to be passed?"))
    mix = Radios(
        N_("How do attendance and lessons go together?"),
        choices=[(one.value, words) for one, words in MIXES.items()],
        hint=N_("One full unit of attendance is always needed, because it stands on the certificate."),
    )
    valid_months = Number(
        N_("How many months does it count?"),
        least=1,
        most=600,
        width=5,
        hint=N_("Leave it empty if it counts for ever."),
    )
    leave_text_de = TextArea(
        N_("Sentence on education leave"), hint=N_("It stands on the confirmation for the employer.")
    )
    leave_text_en = TextArea(N_("Sentence on education leave in English"))
    leave_number = Text(N_("Number of the recognition"))
    leave_recognised_on = DateParts(N_("Day of the recognition"))
    version = Hidden()

    def check(self) -> bool:
        """Whether everything is there that the choices ask for."""
        is_fine = bool(self.validate())
        chosen = set(self.kinds.data or ())
        if chosen == {Kind.EDUCATION_LEAVE.value}:
            self.refuse("kinds", N_("Choose the paper of attendance or the one of an exam as well."))
            is_fine = False
        if Kind.EXAMINED.value in chosen and not (self.exam_de.data or "").strip():
            self.refuse("exam_de", N_("Enter the name of the exam."))
            is_fine = False
        if self.mix.data == Mix.EITHER.value and self.lessons_percent.data is None:
            self.refuse("lessons_percent", N_("Say how many of the lessons stand for attendance."))
            is_fine = False
        return is_fine

    def terms(self) -> CourseTerms:
        """What was chosen."""
        return CourseTerms(
            kinds=tuple(kind for kind in OF_A_COURSE if kind in (self.kinds.data or ())),
            exam_de=(self.exam_de.data or "").strip()[:LONGEST_NAME],
            exam_en=(self.exam_en.data or "").strip()[:LONGEST_NAME],
            excused=Excused(self.excused.data),
            valid_months=self.valid_months.data,
            leave_text_de=(self.leave_text_de.data or "").strip()[:LONGEST_TEXT],
            leave_text_en=(self.leave_text_en.data or "").strip()[:LONGEST_TEXT],
            leave_number=(self.leave_number.data or "").strip()[:LONGEST_NAME],
            leave_recognised_on=self.leave_recognised_on.data,
            lessons_percent=self.lessons_percent.data,
            quizzes=tuple(self.quizzes.data or ()),
            mix=Mix(self.mix.data or Mix.ALL.value),
        )


class RunRuleForm(Form):
    """What a run asks otherwise than its course."""

    threshold_percent = Number(
        N_("Share that has to be attended, in percent"),
        least=1,
        most=100,
        width=5,
        hint=N_(
            "Leave it empty if it is as in the course. A funding programme with a share of its own comes first."
        ),
    )
    programme = Select(N_("Funding programme"), blank=N_("no programme"))
    version = Hidden()


class CourseRulePages(Controller):
    """The rules of one course."""

    path = "/verwaltung/nachweise/regeln/kurs/{course_id:uuid}"
    opt = may("issue", "certificate")
    include_in_schema = False

    @get()
    async def show(
        self, course_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """What holds now."""
        async with begin.reading() as session:
            kept = await session.scalar(select(CourseRule).where(CourseRule.course_id == course_id))
        return await _course_page(begin, actor, course_id, form_from(CourseRuleForm, **_of_course(kept)))

    @post()
    async def change(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        certificate_rules: NamedDependency[CertificateRules],
    ) -> Template | Redirect:
        """What holds from now on; where somebody is affected, only after that was said."""
        sent = await request.form()
        form = form_from(CourseRuleForm, sent)
        async with begin.reading() as session:
            form.quizzes.choices = await _quizzes(session, course_id)
        if not form.check():
            return await _course_page(begin, actor, course_id, form, status=422)
        if SURE not in sent:
            async with begin.reading() as session:
                effect = await effect_of_course(session, course_id, form.terms())
            if effect.is_any:
                return await _course_page(begin, actor, course_id, form, effect=effect)
        try:
            await certificate_rules.set_course(
                actor, course_id=course_id, terms=form.terms(), version=version_in(form.version.data) or 0
            )
        except Stale:
            async with begin.reading() as session:
                kept = await session.scalar(select(CourseRule).where(CourseRule.course_id == course_id))
            path = f"/verwaltung/nachweise/regeln/kurs/{course_id}"
            stored = form_from(CourseRuleForm, **_of_course(kept))
            versions = both_versions(form, stored, marks=["version"], keep=path)
            return await _course_page(begin, actor, course_id, form, status=409, versions=versions)
        return after(f"/verwaltung/nachweise/regeln/kurs/{course_id}", SAVED)


class RunRulePages(Controller):
    """The rules of one run."""

    path = "/verwaltung/nachweise/durchfuehrung/{run_id:uuid}/regel"
    opt = may("issue", "certificate")
    include_in_schema = False

    @get()
    async def show(self, run_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """What holds now."""
        async with begin.reading() as session:
            kept = await session.scalar(select(RunRule).where(RunRule.run_id == run_id))
        return await _run_page(begin, run_id, form_from(RunRuleForm, **_of_run(kept)))

    @post()
    async def change(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        certificate_rules: NamedDependency[CertificateRules],
    ) -> Template | Redirect:
        """What holds from now on; where somebody is affected, only after that was said."""
        sent = await request.form()
        form = form_from(RunRuleForm, sent)
        await _offer_programmes(begin, run_id, form)
        if not form.validate():
            return await _run_page(begin, run_id, form, status=422)
        programme_id = uuid_in(form.programme.data)
        if SURE not in sent:
            async with begin.reading() as session:
                effect = await effect_of_run(session, run_id, form.threshold_percent.data, programme_id)
            if effect.is_any:
                return await _run_page(begin, run_id, form, effect=effect)
        try:
            await certificate_rules.set_run(
                actor,
                run_id=run_id,
                threshold_percent=form.threshold_percent.data,
                programme_id=programme_id,
                version=version_in(form.version.data) or 0,
            )
        except NotCovered as refusal:
            form.refuse("programme", refusal.message)
            return await _run_page(begin, run_id, form, status=refusal.status)
        except Stale:
            async with begin.reading() as session:
                kept = await session.scalar(select(RunRule).where(RunRule.run_id == run_id))
            stored = form_from(RunRuleForm, **_of_run(kept))
            path = f"/verwaltung/nachweise/durchfuehrung/{run_id}"
            versions = both_versions(form, stored, marks=["version"], keep=path)
            return await _run_page(begin, run_id, form, status=409, versions=versions)
        return after(f"/verwaltung/nachweise/durchfuehrung/{run_id}", SAVED)


def _of_course(kept: CourseRule | None) -> dict[str, Any]:
    if kept is None:
        return {
            "kinds": [Kind.ATTENDANCE.value],
            "excused": Excused.MISSED.value,
            "mix": Mix.ALL.value,
            "version": "0",
        }
    return {
        "kinds": list(kept.kinds),
        "exam_de": kept.exam_de,
        "exam_en": kept.exam_en,
        "excused": kept.excused.value,
        "valid_months": kept.valid_months,
        "leave_text_de": kept.leave_text_de,
        "leave_text_en": kept.leave_text_en,
        "leave_number": kept.leave_number,
        "leave_recognised_on": kept.leave_recognised_on,
        "lessons_percent": kept.lessons_percent,
        "quizzes": list(kept.quizzes),
        "mix": kept.mix.value,
        "version": str(kept.version),
    }


def _of_run(kept: RunRule | None) -> dict[str, Any]:
    if kept is None:
        return {"version": "0"}
    programme = str(kept.programme_id) if kept.programme_id else ""
    return {
        "threshold_percent": kept.threshold_percent,
        "programme": programme,
        "version": str(kept.version),
    }


async def _course_page(
    begin: Begin,
    actor: Actor,
    course_id: UUID,
    form: CourseRuleForm,
    *,
    status: int = 200,
    effect: Effect | None = None,
    versions: Versions | None = None,
) -> Template:
    async with begin.reading() as session:
        course = await session.get(Course, course_id)
        form.quizzes.choices = await _quizzes(session, course_id)
    if course is None:
        raise NotFound
    if not form.quizzes.choices:
        del form.quizzes
    return Template(
        "certification/course_rule.html",
        context={
            "course": course,
            "form": form,
            "effect": effect,
            "versions": versions,
            "may_plan": actor.may_for_all("U", "plan"),
        },
        status_code=status,
    )


async def _quizzes(session: AsyncSession, course_id: UUID) -> list[tuple[str, str]]:
    """The quizzes that the certificate can ask for: those of the newest edition, and those it asks for by now."""
    kept = await session.scalar(select(CourseRule.quizzes).where(CourseRule.course_id == course_id))
    rows = await session.execute(
        select(EditionLesson.lesson_id, EditionLesson.title)
        .join(Edition, Edition.id == EditionLesson.edition_id)
        .where(Edition.course_id == course_id, EditionLesson.kind == LessonKind.QUIZ)
        .order_by(Edition.number, EditionLesson.position)
    )
    titles: dict[str, str] = {str(lesson_id): title for lesson_id, title in rows}
    newest = await session.scalars(
        select(EditionLesson.lesson_id)
        .where(
            EditionLesson.edition_id
            == select(Edition.id)
            .where(Edition.course_id == course_id)
            .order_by(Edition.number.desc())
            .limit(1)
            .scalar_subquery(),
            EditionLesson.kind == LessonKind.QUIZ,
        )
        .order_by(EditionLesson.position)
    )
    wanted = dict.fromkeys([*(str(one) for one in newest), *(kept or ())])
    return [(one, titles.get(one, gettext("a quiz that is not there any more"))) for one in wanted]


async def _run_page(
    begin: Begin,
    run_id: UUID,
    form: RunRuleForm,
    *,
    status: int = 200,
    effect: Effect | None = None,
    versions: Versions | None = None,
) -> Template:
    await _offer_programmes(begin, run_id, form)
    async with begin.reading() as session:
        run = await run_of(session, run_id)
        course = await session.get_one(Course, run.course_id)
        wanted = (await asked_of(session, [run_id]))[run_id]
    return Template(
        "certification/run_rule.html",
        context={
            "run": run,
            "course": course,
            "asked": wanted,
            "threshold": threshold_words(wanted),
            "form": form,
            "effect": effect,
            "versions": versions,
        },
        status_code=status,
    )


async def _offer_programmes(begin: Begin, run_id: UUID, form: RunRuleForm) -> None:
    """Those that the run can have, and the one that it has."""
    async with begin.reading() as session:
        run = await run_of(session, run_id)
        has = select(RunRule.programme_id).where(RunRule.run_id == run_id)
        found = await session.scalars(
            select(FundingProgramme)
            .where(or_(FundingProgramme.retired_at.is_(None), FundingProgramme.id.in_(has)))
            .order_by(FundingProgramme.name)
        )
        kept = await session.scalar(has)
    begins = local(run.starts_at).date() if run.starts_at else None
    form.programme.choices = [
        (str(one.id), one.name) for one in found if one.id == kept or one.covers(begins)
    ]
