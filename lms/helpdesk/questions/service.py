"""Writing what a desk asks; every public method is one transaction and raises Stale when the desk has changed meanwhile."""

from collections.abc import Callable
from uuid import UUID

from lms.audit.trail import record
from lms.db import retried
from lms.helpdesk import policy
from lms.helpdesk.questions.values import MOST_QUESTIONS, DeskQuestion, TooManyQuestions, checked, read, write
from lms.helpdesk.service.acts import locked_desk
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import Stale
from lms.kernel.keyed import moved, put, without
from lms.web.module import Around

Change = Callable[[list[DeskQuestion]], tuple[DeskQuestion, ...]]


class DeskQuestions:
    """What the team does. Appointments that are booked keep what was answered."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    async def write(self, actor: Actor, question: DeskQuestion, *, desk_id: UUID, version: int) -> None:
        """In the place of the one with its key, else at the end. Raises NoChoices, TooManyQuestions."""
        good = checked(question)

        def change(questions: list[DeskQuestion]) -> tuple[DeskQuestion, ...]:
            found = put(questions, good)
            if len(found) > MOST_QUESTIONS:
                raise TooManyQuestions
            return found

        await self._change(actor, desk_id, version, change)

    async def move(self, actor: Actor, *, desk_id: UUID, key: str, way: int, version: int) -> None:
        """One place up or down."""
        await self._change(actor, desk_id, version, lambda questions: moved(questions, key, way))

    async def drop(self, actor: Actor, *, desk_id: UUID, key: str, version: int) -> None:
        """Ask it no more."""
        await self._change(actor, desk_id, version, lambda questions: without(questions, key))

    @retried
    async def _change(self, actor: Actor, desk_id: UUID, version: int, change: Change) -> None:
        ensure(policy.may_set_up(actor), actor)
        async with self.begin() as session:
            desk = await locked_desk(session, desk_id)
            if desk.version != version:
                raise Stale
            desk.questions = write(change(read(desk.questions)))
            desk.version += 1
            record(
                session, actor, "help_desk.questions", at=self.clock(), kind="help_desk", object_id=desk.id,
                after={"questions": [one["text_de"] for one in desk.questions]},
            )  # fmt: skip
