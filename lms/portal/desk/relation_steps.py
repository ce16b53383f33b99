"""The words of the acts about households, guardians and mandates."""

from uuid import UUID

from lms.db import Begin
from lms.kernel.errors import NotFound
from lms.people.models import Person
from lms.people.queries import have_conflict, person_of
from lms.portal.acting.reading import mandate_with
from lms.portal.desk.step import Step
from lms.web.language import gettext


def relations_path(person_id: UUID) -> str:
    return f"/verwaltung/personen/{person_id}/beziehungen"


async def _two(begin: Begin, one_id: UUID, other_id: UUID) -> tuple[Person, Person]:
    async with begin.reading() as session:
        return await person_of(session, one_id), await person_of(session, other_id)


def _step(
    person: Person, path: str, title: str, button: str, *sentences: str, is_dangerous: bool = False
) -> Step:
    return Step(
        title=title,
        about=person.name,
        path=f"{relations_path(person.id)}/{path}",
        back=relations_path(person.id),
        button=button,
        way_out=gettext("Change nothing"),
        is_dangerous=is_dangerous,
        sentences=sentences,
    )


async def recording(begin: Begin, principal_id: UUID, agent_id: UUID) -> Step:
    principal, agent = await _two(begin, principal_id, agent_id)
    return _step(
        principal,
        f"vollmacht/{agent_id}",
        gettext("Record a signed mandate"),
        gettext("Record the mandate"),
        gettext("%(agent)s may act for %(principal)s, as far as the paper says.", agent=agent.name, principal=principal.name),
        gettext("Compare the signature and ask for an identity card if you do not know the person."),
    )  # fmt: skip


async def ending(begin: Begin, person_id: UUID, mandate_id: UUID) -> Step:
    async with begin.reading() as session:
        person, held = await person_of(session, person_id), await mandate_with(session, mandate_id)
    if person_id not in {held.mandate.principal_id, held.mandate.agent_id}:
        raise NotFound
    return _step(
        person,
        f"vollmacht/{mandate_id}/beenden",
        gettext("End the mandate?"),
        gettext("End the mandate"),
        gettext("%(agent)s no longer sees the courses of %(principal)s and can no longer act. It holds at once.",
                agent=held.agent_name, principal=held.principal_name),
        is_dangerous=True,
    )  # fmt: skip


async def naming(begin: Begin, child_id: UUID, guardian_id: UUID) -> Step:
    child, guardian = await _two(begin, child_id, guardian_id)
    return _step(
        child,
        f"sorge/{guardian_id}",
        gettext("Record who decides"),
        gettext("Record it"),
        gettext("%(guardian)s decides for %(child)s, sees the courses and pays.", guardian=guardian.name, child=child.name),
        gettext("Record this only if you have seen a paper, or know the family."),
    )  # fmt: skip


async def dismissing(begin: Begin, child_id: UUID, guardian_id: UUID) -> Step:
    child, guardian = await _two(begin, child_id, guardian_id)
    return _step(
        child,
        f"sorge/{guardian_id}/beenden",
        gettext("Does %(guardian)s no longer decide?", guardian=guardian.name),
        gettext("No longer decides"),
        gettext("%(guardian)s no longer sees the courses of %(child)s. It holds at once, for links in letters too.",
                guardian=guardian.name, child=child.name),
        is_dangerous=True,
    )  # fmt: skip


async def disagreeing(begin: Begin, child_id: UUID) -> Step:
    async with begin.reading() as session:
        child = await person_of(session, child_id)
    if await disagree(begin, child_id):
        return _step(
            child, "streit", gettext("Do the parents agree again?"), gettext("They agree again"),
            gettext("Then they can agree to courses by link again."),
        )  # fmt: skip
    return _step(
        child, "streit", gettext("Do the parents disagree?"), gettext("The team records each consent"),
        gettext("Then nobody can agree to a course by link any more. Each consent becomes a task for the team."),
        is_dangerous=True,
    )  # fmt: skip


async def joining(begin: Begin, head_id: UUID, other_id: UUID) -> Step:
    head, other = await _two(begin, head_id, other_id)
    return _step(
        head,
        f"haushalt/{other_id}",
        gettext("Take into the household"),
        gettext("Take %(name)s in", name=other.name),
        gettext("%(head)s then sees all courses of %(name)s and does everything for them.", head=head.name, name=other.name),
        gettext("For an adult who lives elsewhere a mandate is the right way: it can be limited."),
    )  # fmt: skip


async def leaving(begin: Begin, person_id: UUID, household_id: UUID) -> Step:
    async with begin.reading() as session:
        person = await person_of(session, person_id)
    return _step(
        person,
        f"haushalt/{household_id}/verlassen",
        gettext("Take %(name)s out of the household?", name=person.name),
        gettext("Take out"),
        gettext("Nobody of this household acts for %(name)s any more. It holds at once.", name=person.name),
        is_dangerous=True,
    )


async def disagree(begin: Begin, child_id: UUID) -> bool:
    async with begin.reading() as session:
        return await have_conflict(session, child_id)
