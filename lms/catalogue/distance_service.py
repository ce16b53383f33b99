"""What the programme team says about distance learning; every public method is one transaction."""

from dataclasses import asdict, dataclass
from uuid import UUID

from lms.audit.trail import record
from lms.catalogue import policy
from lms.catalogue.distance import ReasonMissing
from lms.catalogue.distance_models import DistanceWord
from lms.catalogue.freshness import programme_changed
from lms.catalogue.models import Course
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.web.module import Around


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """See `DistanceWord`. With `is_decided` there is to be a reason in `decision`."""

    recorded_minutes: int = 0
    is_checked: bool = False
    approval_number: str = ""
    is_decided: bool = False
    decision: str = ""


class DistanceLearning:
    """Deciding about distance learning."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def say(self, actor: Actor, *, course_id: UUID, saying: Saying, version: int) -> DistanceWord:
        """What holds from now on; `version` is the one that was read, 0 where there was none. Raises ReasonMissing, Stale."""
        ensure(policy.may_change(actor), actor)
        reason = saying.decision.strip() if saying.is_decided else ""
        if saying.is_decided and not reason:
            raise ReasonMissing
        async with self.begin() as session:
            if await session.get(Course, course_id, with_for_update=True) is None:
                raise NotFound
            word = await session.get(DistanceWord, course_id)
            if version != (word.version if word else 0):
                raise Stale
            before = _facts(word) if word else {}
            word = word or DistanceWord(course_id=course_id, said_at=self.clock(), version=0)
            word.said_at = self.clock()
            word.recorded_minutes, word.is_checked = saying.recorded_minutes, saying.is_checked
            word.approval_number, word.decision = saying.approval_number.strip(), reason
            word.version += 1
            session.add(word)
            await programme_changed(session)
            after = _facts(word)
            if before != after:
                record(
                    session, actor, "course.distance_learning", at=self.clock(), kind="course",
                    object_id=course_id, reason=reason,
                    before={name: value for name, value in before.items() if after[name] != value},
                    after={name: value for name, value in after.items() if before.get(name) != value},
                )  # fmt: skip
        return word


def _facts(word: DistanceWord) -> dict[str, object]:
    said = Saying(
        recorded_minutes=word.recorded_minutes,
        is_checked=word.is_checked,
        approval_number=word.approval_number,
        is_decided=bool(word.decision),
        decision=word.decision,
    )
    return asdict(said)
