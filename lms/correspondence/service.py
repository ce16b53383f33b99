"""What the team does with rules, and what rules do by themselves; every public method is one transaction."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.correspondence import policy
from lms.correspondence.errors import ImpossibleMoment, NoText, UnknownNameInRule
from lms.correspondence.models import Anchor, MessageRule, RecipientRole, RuleState
from lms.correspondence.queries import due_between
from lms.correspondence.rules import LATEST, POSSIBLE, Conditions, names_of
from lms.correspondence.writing import write_due
from lms.db import retried
from lms.jobs.worker import Periodic
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.web.module import Around

EVERY = timedelta(minutes=1)
AT_ONCE = 25
"""So many messages in one transaction."""
MOST_A_BEAT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """A rule as somebody writes it down."""

    name: str
    anchor: Anchor
    role: RecipientRole
    days: int
    at: time
    subject_de: str
    text_de: str
    subject_en: str = ""
    text_en: str = ""
    conditions: Conditions = field(default_factory=Conditions)

    def check(self) -> None:
        """Raise ImpossibleMoment, NoText or UnknownNameInRule unless it can be carried out."""
        if self.anchor not in POSSIBLE[self.role]:
            raise ImpossibleMoment
        if not self.subject_de.strip() or not self.text_de.strip():
            raise NoText
        known = names_of(self.anchor, self.role)
        for text in (self.subject_de, self.text_de, self.subject_en, self.text_en):
            for found in re.findall(r"\{[^{}]*\}?|\}", text):
                if found[1:-1] not in known:
                    raise UnknownNameInRule(found=found[:40])

    def row(self) -> dict[str, Any]:
        """As it stands in the database."""
        return asdict(self) | {"conditions": self.conditions.kept()}


class MessageRules:
    """Messages by rule (F-L02)."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def create(self, actor: Actor, *, rule_id: UUID, text: RuleText) -> UUID:
        """A new rule, which writes nothing until it is switched on. Sent twice is one rule."""
        ensure(policy.may_write(actor), actor)
        text.check()
        now = self.clock()
        async with self.begin() as session:
            if await session.get(MessageRule, rule_id) is None:
                rule = MessageRule(**text.row(), changed_at=now)
                rule.id = rule_id
                session.add(rule)
                record(
                    session, actor, "message-rule.created", at=now, kind="message-rule", object_id=rule_id,
                    after=_facts(text.row()),
                )  # fmt: skip
        return rule_id

    @retried
    async def change(self, actor: Actor, *, rule_id: UUID, version: int, text: RuleText) -> None:
        """Other words, people or times. What was written stays written. Raises NotFound, Stale."""
        ensure(policy.may_write(actor), actor)
        text.check()
        now = self.clock()
        async with self.begin() as session:
            rule = await _rule(session, rule_id)
            if rule.version != version:
                raise Stale
            wanted = text.row()
            before = {name: getattr(rule, name) for name in wanted}
            changed = [name for name, value in wanted.items() if before[name] != value]
            if not changed:
                return
            for name in changed:
                setattr(rule, name, wanted[name])
            rule.version += 1
            rule.changed_at = now
            if {"anchor", "role", "days", "at", "conditions"} & set(
                changed
            ) and rule.state is RuleState.ACTIVE:
                rule.active_since = now  # nobody is written to about what the old rule had left out
            record(
                session, actor, "message-rule.changed", at=now, kind="message-rule", object_id=rule_id,
                before=_facts({name: before[name] for name in changed}),
                after=_facts({name: wanted[name] for name in changed}),
            )  # fmt: skip

    @retried
    async def switch(self, actor: Actor, *, rule_id: UUID, to: RuleState) -> None:
        """Switch on, pause, or put away. Twice is as good as once. Raises NotFound."""
        ensure(policy.may_write(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            rule = await _rule(session, rule_id)
            if rule.state is to:
                return
            before, rule.state, rule.changed_at = rule.state, to, now
            rule.version += 1
            rule.active_since = now if to is RuleState.ACTIVE else None
            record(
                session, actor, f"message-rule.{to.value}", at=now, kind="message-rule", object_id=rule_id,
                before={"state": before.value}, after={"state": to.value},
            )  # fmt: skip

    async def write_what_is_due(self) -> int:
        """Write every message that is due by now; says how many. For the clockwork, and safe to run twice at once."""
        async with self.begin.reading() as session:
            active = await session.scalars(
                select(MessageRule.id).where(MessageRule.state == RuleState.ACTIVE).order_by(MessageRule.id)
            )
            ids = active.all()
        written = 0
        for rule_id in ids:
            while written < MOST_A_BEAT and (more := await self._write_some(rule_id)):
                written += more
        return written

    @retried
    async def _write_some(self, rule_id: UUID) -> int:
        now = self.clock()
        async with self.begin.reading() as session:
            rule = await session.get(MessageRule, rule_id)
            if rule is None or not await _owed(session, rule, now):
                return 0
        async with self.begin() as session:
            rule = await _rule(session, rule_id)  # paused or changed a moment ago?
            owed = await _owed(session, rule, now)
            return sum([await write_due(session, rule, one, at=now) for one in owed])


async def _owed(session: AsyncSession, rule: MessageRule, now: datetime) -> Sequence[Any]:
    if rule.state is not RuleState.ACTIVE or rule.active_since is None:
        return ()
    owed = await due_between(session, rule, max(rule.active_since, now - LATEST), now)
    return owed[:AT_ONCE]


async def _rule(session: AsyncSession, rule_id: UUID) -> MessageRule:
    rule = await session.scalar(select(MessageRule).where(MessageRule.id == rule_id).with_for_update())
    if rule is None:
        raise NotFound
    return rule


def _facts(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, time) else value for name, value in values.items()}


def clockwork(around: Around) -> Periodic:
    """The rhythm in which rules look whom they owe something."""
    rules = MessageRules(around)

    async def act() -> None:
        await rules.write_what_is_due()

    return Periodic("messages-by-rule", EVERY, act)
