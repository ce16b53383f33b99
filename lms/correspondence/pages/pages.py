"""The team's pages about messages by rule."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.handing_out import persons_file
from lms.catalogue.models import Course, Run, Topic
from lms.correspondence.models import Anchor, MessageRule, RecipientRole, RuleMessage, RuleState
from lms.correspondence.pages.forms import NINE, RuleForm, stored_form
from lms.correspondence.pages.words import (
    MEANINGS,
    PATTERNS,
    ROLES,
    STATES,
    conditions_in_words,
    when_in_words,
)
from lms.correspondence.queries import Due, due_between, rules_in_order
from lms.correspondence.rules import Conditions, names_of
from lms.correspondence.service import MessageRules
from lms.correspondence.writing import preview_of
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.people.models import Person
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.formats import moment_short
from lms.web.forms import form_from
from lms.web.language import current_language, gettext
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.pagination import page_of, window
from lms.web.sent import uuid_in
from lms.web.versions import Versions, both_versions, version_in

PATH = "/verwaltung/nachrichtenregeln"
READ = may("R", "message-rule", of=Scope.ALL)
WRITE = may("C", "message-rule", of=Scope.ALL)
AHEAD = timedelta(days=30)
SHOWN = 25
MADE = declare("regel-angelegt", N_("The rule is there. It writes nothing until you switch it on."))
ON = declare("regel-an", N_("The rule is switched on. From now on it writes by itself."))
PAUSED = declare("regel-pause", N_("The rule is paused. It writes nothing."))
PUT_AWAY = declare("regel-abgelegt", N_("The rule is put away. What it has written can still be read."))
STEPS = {
    "einschalten": (RuleState.ACTIVE, ON),
    "pausieren": (RuleState.PAUSED, PAUSED),
    "ablegen": (RuleState.ARCHIVED, PUT_AWAY),
}

Sent = Request[Any, Any, Any]


class RulePages(Controller):
    """Messages that go out by themselves."""

    path = PATH
    include_in_schema = False

    @get(opt=READ)
    async def index(self, around: NamedDependency[Around]) -> Template:
        """All rules, and those one can begin with."""
        async with around.begin.reading() as session:
            rules = await rules_in_order(session, archived=True)
            written = {
                row[0]: row[1:]
                for row in await session.execute(
                    select(RuleMessage.rule_id, func.count(), func.max(RuleMessage.written_at)).group_by(
                        RuleMessage.rule_id
                    )
                )
            }
        return Template(
            "correspondence/rules.html",
            context={
                "rules": rules, "written": written, "states": STATES, "roles": ROLES, "when": when_in_words,
                "patterns": PATTERNS,
            },
        )  # fmt: skip

    @get("/neu", opt=WRITE)
    async def ask(self, request: Sent, around: NamedDependency[Around]) -> Template:
        """An empty form, or one of the rules to begin with (`?vorlage=`)."""
        pattern = PATTERNS.get(request.query_params.get("vorlage", ""))
        given: dict[str, Any] = {"at": NINE, **(pattern.fields if pattern else {})}
        form = form_from(RuleForm, None, key=str(uuid4()), **given)
        return _form_page(await _offered(around, form))

    @post("/neu", opt=WRITE)
    async def add(
        self,
        request: Sent,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        message_rules: NamedDependency[MessageRules],
    ) -> Template | Redirect:
        """Add it, switched off."""
        form = await _offered(around, form_from(RuleForm, await request.form()))
        status, rule_id = 422, uuid_in(form.key.data)
        if form.validate() and rule_id is not None:
            try:
                await message_rules.create(actor, rule_id=rule_id, text=form.text())
                return after(f"{PATH}/{rule_id}", MADE)
            except DomainError as refusal:
                status = form.refuse_by(refusal)
        return _form_page(form, status=status)

    @get("/{rule_id:uuid}", opt=READ)
    async def show(self, request: Sent, rule_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """One rule: whom it would write to in the coming month, how that reads, and whom it has written to."""
        now = around.clock()
        number, size, offset = window(request.query_params.get("seite"), 50)
        async with around.begin.reading() as session:
            rule = await _rule(session, rule_id)
            owed = await due_between(session, rule, now, now + AHEAD)
            names = await _names(session, owed[:SHOWN])
            sample = next(iter(owed), None)
            preview = await preview_of(session, rule, sample) if sample else None
            lines, total = await _log(session, rule_id, limit=size, offset=offset)
            conditions = await _conditions(session, rule)
        page = page_of(
            lines, number=number, size=size, total=total, path=f"{PATH}/{rule_id}",
            query=request.query_params.multi_items(),
        )  # fmt: skip
        return Template(
            "correspondence/rule.html",
            context={
                "rule": rule, "state": STATES[rule.state], "who": ROLES[rule.role], "when": when_in_words(rule),
                "conditions": conditions, "owed": owed, "shown": [(one, *names.get((one.person_id, one.run_id), ("", ""))) for one in owed[:SHOWN]],
                "preview": preview, "page": page, "here": f"{PATH}/{rule_id}",
            },
        )  # fmt: skip

    @get(["/{rule_id:uuid}/protokoll.csv", "/{rule_id:uuid}/protokoll.xlsx"], opt=READ)
    async def log(
        self,
        request: Sent,
        rule_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """Whom the rule has written to, as a file."""
        async with around.begin.reading() as session:
            await _rule(session, rule_id)
            lines, _ = await _log(session, rule_id, limit=5_000, offset=0)
        head: Sequence[Cell] = [
            gettext("Written"),
            gettext("Due"),
            gettext("Person"),
            gettext("Run"),
            gettext("Course"),
        ]
        rows = [
            head,
            *(
                [moment_short(row[0].written_at), moment_short(row[0].due_at), row[1], row[2], row[3]]
                for row in lines
            ),
        ]
        return await persons_file(request, around, actor, "nachrichtenregel", rows)

    @get("/{rule_id:uuid}/aendern", opt=WRITE)
    async def ask_change(self, rule_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """The form with what is stored."""
        async with around.begin.reading() as session:
            rule = await _rule(session, rule_id)
        return _form_page(await _offered(around, stored_form(rule)), rule)

    @post("/{rule_id:uuid}/aendern", opt=WRITE)
    async def change(
        self,
        request: Sent,
        rule_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        message_rules: NamedDependency[MessageRules],
    ) -> Template | Redirect:
        """Change it. Whoever was slower sees both versions."""
        form = await _offered(around, form_from(RuleForm, await request.form()))
        status, versions = 422, None
        if form.validate():
            try:
                version = version_in(form.version.data) or 0
                await message_rules.change(actor, rule_id=rule_id, version=version, text=form.text())
                return after(f"{PATH}/{rule_id}", SAVED)
            except Stale as refusal:
                status = refusal.status
                async with around.begin.reading() as session:
                    stored = stored_form(await _rule(session, rule_id))
                versions = both_versions(form, stored, marks=["version"], keep=f"{PATH}/{rule_id}")
            except DomainError as refusal:
                status = form.refuse_by(refusal)
        async with around.begin.reading() as session:
            rule = await _rule(session, rule_id)
        return _form_page(form, rule, status=status, versions=versions)

    @get("/{rule_id:uuid}/{step:str}", opt=WRITE)
    async def ask_step(
        self, rule_id: FromPath[UUID], step: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """What follows from switching it on, pausing it or putting it away."""
        if step not in STEPS:
            raise NotFound
        now = around.clock()
        async with around.begin.reading() as session:
            rule = await _rule(session, rule_id)
            owed = await due_between(session, rule, now, now + AHEAD) if step == "einschalten" else ()
        return Template(
            "correspondence/step.html",
            context={"rule": rule, "step": step, "count": len(owed), "here": f"{PATH}/{rule_id}"},
        )

    @post("/{rule_id:uuid}/{step:str}", opt=WRITE)
    async def do_step(
        self,
        rule_id: FromPath[UUID],
        step: FromPath[str],
        actor: NamedDependency[Actor],
        message_rules: NamedDependency[MessageRules],
    ) -> Redirect:
        """Do it."""
        if step not in STEPS:
            raise NotFound
        state, notice = STEPS[step]
        await message_rules.switch(actor, rule_id=rule_id, to=state)
        return after(f"{PATH}/{rule_id}", notice)


async def _rule(session: AsyncSession, rule_id: UUID) -> MessageRule:
    rule = await session.get(MessageRule, rule_id)
    if rule is None:
        raise NotFound
    return rule


async def _names(session: AsyncSession, owed: Sequence[Due]) -> dict[tuple[UUID, UUID], tuple[str, str]]:
    people = {
        person.id: person.name
        for person in await session.scalars(
            select(Person).where(Person.id.in_({one.person_id for one in owed}))
        )
    }
    runs = {
        row[0]: f"{_title(row[2], row[3])} ({row[1]})"
        for row in await session.execute(
            select(Run.id, Run.number, Course.title_de, Course.title_en)
            .join(Course, Course.id == Run.course_id)
            .where(Run.id.in_({one.run_id for one in owed}))
        )
    }
    return {
        (one.person_id, one.run_id): (people.get(one.person_id, ""), runs.get(one.run_id, "")) for one in owed
    }


async def _log(
    session: AsyncSession, rule_id: UUID, *, limit: int, offset: int
) -> tuple[Sequence[tuple[RuleMessage, str, str, str]], int]:
    rows = await session.execute(
        select(RuleMessage, Person, Run.number, Course.title_de, Course.title_en, func.count().over())
        .join(Person, Person.id == RuleMessage.person_id)
        .outerjoin(Run, Run.id == RuleMessage.run_id)
        .outerjoin(Course, Course.id == Run.course_id)
        .where(RuleMessage.rule_id == rule_id)
        .order_by(RuleMessage.written_at.desc(), RuleMessage.id)
        .limit(limit)
        .offset(offset)
    )
    found = rows.all()
    lines = [(row[0], row[1].name, row[2] or "", _title(row[3] or "", row[4] or "")) for row in found]
    return lines, found[0][5] if found else 0


async def _conditions(session: AsyncSession, rule: MessageRule) -> list[str]:
    given = Conditions.of(rule.conditions)
    topics = {
        row.slug: _title(row.name_de, row.name_en)
        for row in await session.scalars(select(Topic).where(Topic.slug.in_(list(given.topics))))
    }
    course = await session.get(Course, UUID(given.course_id)) if given.course_id else None
    name = _title(course.title_de, course.title_en) if course else ""
    return conditions_in_words(rule, course=name, topics=topics)


def _title(german: str, english: str) -> str:
    return (english if current_language() == "en" else "") or german


async def _offered(around: Around, form: RuleForm) -> RuleForm:
    async with around.begin.reading() as session:
        courses = (await session.scalars(select(Course).order_by(Course.title_de))).all()
        topics = (await session.scalars(select(Topic).order_by(Topic.name_de))).all()
    form.offer(courses, topics)
    return form


def _form_page(
    form: RuleForm,
    rule: MessageRule | None = None,
    *,
    status: int = 200,
    versions: Versions | None = None,
) -> Template:
    return Template(
        "correspondence/rule_form.html",
        context={
            "form": form, "rule": rule, "versions": versions, "back": f"{PATH}/{rule.id}" if rule else PATH,
            "path": f"{PATH}/{rule.id}/aendern" if rule else f"{PATH}/neu",
            "names": names_of(Anchor.SESSION, RecipientRole.PARTICIPANTS), "meanings": MEANINGS,
        },
        status_code=status,
    )  # fmt: skip
