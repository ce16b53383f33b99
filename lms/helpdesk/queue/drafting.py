"""A topic that is asked for often becomes the draft of a course: title and summary from the topic, the reason with figures as a note."""

from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.service import CourseWords
from lms.db import retried
from lms.helpdesk.models import HelpTopic
from lms.helpdesk.queue import policy, words
from lms.helpdesk.queue.figures import Figures, TopicLine, drafted
from lms.helpdesk.queue.hiding import FEWEST
from lms.helpdesk.queue.models import TopicCourse
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.web.language import gettext, ngettext
from lms.web.module import Around


class TopicDrafts:
    """Remembers what became of a topic."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def made(self, actor: Actor, *, topic_id: UUID, course_id: UUID) -> TopicCourse:
        """From this topic came this course. Twice is as good as once: the row's id follows from the topic's."""
        ensure(policy.may_draft(actor), actor)
        async with self.begin() as session:
            row_id = uuid5(topic_id, "made")
            known = await session.get(TopicCourse, row_id)
            if known is None:
                known = TopicCourse(id=row_id, topic_id=topic_id, course_id=course_id, made_at=self.clock())
                session.add(known)
        return known


async def topic_of(session: AsyncSession, topic_id: UUID) -> tuple[HelpTopic, UUID | None]:
    """A topic, and the course that was made of it. Raises NotFound."""
    topic = await session.get(HelpTopic, topic_id)
    if topic is None:
        raise NotFound
    course = (await drafted(session)).get(topic_id)
    return topic, course.id if course else None


def course_id_of(topic: HelpTopic) -> UUID:
    """The id of the course it becomes: always the same, so that two clicks make one."""
    return uuid5(topic.id, "course")


def run_id_of(topic: HelpTopic) -> UUID:
    """The id of the run it becomes."""
    return uuid5(topic.id, "run")


def course_words(topic: HelpTopic) -> CourseWords:
    """Title and summary; everything else is the team's to write."""
    return CourseWords(
        title_de=topic.name_de,
        title_en=topic.name_en,
        summary_de=topic.hint_de,
        summary_en=topic.hint_en,
    )


def reason(topic: HelpTopic, found: Figures) -> str:
    """Why there should be a course, in figures that name nobody; for the team."""
    line = next((one for one in found.topics if one.topic.id == topic.id), None)
    sentences = [
        gettext("From the help desk: people have often asked for “%(topic)s”.", topic=words.name_of(topic))
    ]
    if line is not None:
        sentences += _figures(line)
    return " ".join(sentences)


def _figures(line: TopicLine) -> list[str]:
    found = []
    if line.of_late >= FEWEST:
        found.append(
            ngettext(
                "%(num)s contact in the last three months.",
                "%(num)s contacts in the last three months.",
                line.of_late,
            )
        )
    if line.minutes is not None:
        found.append(gettext("A conversation took %(minutes)s minutes on average.", minutes=line.minutes))
    return found
