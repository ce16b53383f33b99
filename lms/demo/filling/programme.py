"""Topics and courses with their audiences, outcomes and search words."""

from collections.abc import Mapping
from datetime import timedelta

from lms.catalogue.models import Audience, Course, CourseAudience, CourseTopic, Level, Outcome, Topic
from lms.demo.filling.ground import Ground
from lms.demo.shapes import programme as shapes

WRITTEN_AGO = timedelta(days=400)


async def fill_courses(ground: Ground) -> Mapping[str, Course]:
    """Write topics and courses; gives the courses by their slugs."""
    topics = {
        topic.slug: Topic(id=ground.key(), slug=topic.slug, name_de=topic.name_de, name_en=topic.name_en)
        for topic in ground.demo.topics
    }
    courses = {course.slug: _course(ground, course) for course in ground.demo.courses}
    await ground.put([*topics.values(), *courses.values()])
    for course in ground.demo.courses:
        course_id = courses[course.slug].id
        ground.session.add_all(
            CourseAudience(course_id=course_id, audience=Audience(audience)) for audience in course.audiences
        )
        ground.session.add_all(
            CourseTopic(course_id=course_id, topic_id=topics[slug].id) for slug in course.topics
        )
        ground.session.add_all(
            Outcome(
                id=ground.key(),
                course_id=course_id,
                position=position,
                sentence_de=outcome.sentence_de,
                sentence_en=outcome.sentence_en,
                competence=outcome.competence,
                proficiency=outcome.proficiency,
            )
            for position, outcome in enumerate(course.outcome, start=1)
        )
    await ground.session.flush()
    return courses


def _course(ground: Ground, course: shapes.Course) -> Course:
    return Course(
        id=ground.key(),
        slug=course.slug,
        created_at=ground.now - WRITTEN_AGO,
        title_de=course.title_de,
        title_en=course.title_en,
        summary_de=course.summary_de,
        summary_en=course.summary_en,
        text_de=course.text_de.strip(),
        text_en=course.text_en.strip(),
        prior_knowledge_de=course.prior_knowledge_de,
        prior_knowledge_en=course.prior_knowledge_en,
        bring_de=course.bring_de,
        bring_en=course.bring_en,
        level=Level(course.level),
        language=course.language,
        min_age=course.min_age,
        max_age=course.max_age,
        default_sessions=course.sessions,
        default_minutes=course.minutes,
        default_capacity=course.capacity,
        default_minimum=course.minimum,
        default_price_cents=course.price_cents,
        default_concession_cents=course.concession_cents if course.price_cents else None,
        certificate_threshold_percent=course.certificate_threshold_percent,
        has_withdrawal_right=course.withdrawal == "yes",
        withdrawal_reason_de=course.withdrawal_reason_de,
        withdrawal_reason_en=course.withdrawal_reason_en,
    )
