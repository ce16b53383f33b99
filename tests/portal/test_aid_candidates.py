"""What may be aid is proposed and never recorded by itself; advice about a shared digital check is told from other advice."""

from datetime import timedelta

from lms.db import Begin
from lms.helpdesk.models import (
    Adviser,
    Appointment,
    AppointmentState,
    DeskKind,
    DeskPlace,
    HelpDesk,
    HelpTopic,
)
from lms.kernel.rights import Identity
from lms.maturity.models import CheckEdition, DigitalCheck
from lms.people.models import Company
from lms.web.module import Around
from tests.making import MOMENT, make_person
from tests.office import words_of
from tests.visiting import Browser, send, sign_in

HERE = "/verwaltung/finanzen/beihilfen/vorschlaege"
ALL = "Beratung: Webshop, 60 Minuten"
OF_CHECK = f"Digitalcheck mit {ALL}"


async def _advised(house: Around, *days_ago: int) -> list[Appointment]:
    """A company that shared a check 20 days ago and was advised on these days."""
    company = Company(name="Holz", street="Weg 1", postal_code="39340", city="Haldensleben")
    person = make_person("Rosa", "Rat")
    topic = HelpTopic(name_de="Webshop", audience=DeskKind.ADVICE)
    desk = HelpDesk(name_de="Beratung", kind=DeskKind.ADVICE, place=DeskPlace.REMOTE)
    edition = CheckEdition(number=77, content={}, published_at=MOMENT - timedelta(days=90))
    async with house.begin() as session:
        session.add_all([company, person, topic, desk, edition])
        await session.flush()
        adviser = Adviser(person_id=person.id, shown_name="Rosa Rat")
        at = MOMENT - timedelta(days=20)
        check = DigitalCheck(
            edition_id=edition.id, code_key="k", begun_at=at, changed_at=at, answers={}, finished_at=at,
            company_id=company.id, kept_at=at, shared_at=at,
        )  # fmt: skip
        session.add_all([adviser, check])
        await session.flush()
        found = [
            Appointment(
                reference=f"R{ago}", desk_id=desk.id, topic_id=topic.id, adviser_id=adviser.id, name="Chefin", phone="",
                starts_at=MOMENT - timedelta(days=ago), ends_at=MOMENT - timedelta(days=ago) + timedelta(minutes=60),
                created_at=MOMENT - timedelta(days=60), company_id=company.id, state=AppointmentState.DONE,
            )
            for ago in days_ago
        ]  # fmt: skip
        session.add_all(found)
    return found


async def test_the_first_advice_after_a_shared_check_is_a_digital_check_with_advice(
    house: Around, client: Browser, begin: Begin
) -> None:
    before, first, _ = await _advised(house, 30, 10, 5)
    await sign_in(client, begin, Identity.FINANCE)

    page = words_of((await client.get(HERE)).text)
    without = await send(client, f"{HERE}/appointment/{first.id}/keine", {"reason": ""})
    noted = await send(client, f"{HERE}/appointment/{before.id}/keine", {"reason": "Für alle kostenlos"})
    afterwards = words_of((await client.get(HERE)).text)

    assert ALL in page
    assert page.count(ALL) == 3 * page.count(OF_CHECK)
    assert (without.status_code, noted.status_code) == (422, 303)
    assert afterwards.count(ALL) == 2 * afterwards.count(OF_CHECK) > 0
