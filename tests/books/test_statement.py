"""The annual statement: what was booked and paid in a calendar year, to the payer and to nobody else."""

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from pypdf import PdfReader

from lms.billing.cashier import Cashier
from lms.billing.models import EntryKind
from lms.books.statement import rendered, statement_of, statement_pdf, years_of
from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.models import Enrolment
from lms.enrolment.service import Enrolments
from lms.kernel.actor import ANONYMOUS, Actor
from lms.kernel.errors import NotFound, SignInNeeded
from lms.kernel.rights import Identity
from lms.people.models import Company, Person
from lms.web.module import Around
from tests.books.booked import book, entry
from tests.enrolment.places import VISITOR, named, offered_run
from tests.making import BOTH, MOMENT, FixedClock, learner, make_person, staff

pytestmark = BOTH


async def enrolled(house: Around, begin: Begin, name: str = "Ada Lehmann", cents: int = 4500) -> Enrolment:
    run = await offered_run(begin, price_cents=cents)
    placed = await Enrolments(house).enrol(
        VISITOR, run_id=run.id, persons=[named(name)], payment_method=PaymentMethod.CASH
    )
    return placed.enrolments[0]


async def paid(house: Around, enrolment: Enrolment, cents: int) -> None:
    await Cashier(house).take_cash(
        staff(), enrolment_id=enrolment.id, amount_cents=cents, form_key=str(uuid4())
    )


async def of(
    begin: Begin, year: int, person_id: UUID | None, company_id: UUID | None = None
) -> list[tuple[int, int]]:
    async with begin.reading() as session:
        found = await statement_of(session, year, person_id, company_id)
    return sorted((one.booked_cents, one.paid_cents) for one in found.items)


async def test_a_year_holds_what_was_booked_and_paid_in_it(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    first, second = await enrolled(house, begin), await enrolled(house, begin, cents=9900)
    await paid(house, first, 4500)
    clock.moment = datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC)
    await paid(house, second, 4000)
    clock.forward(seconds=1)  # a new year at the venues
    await paid(house, second, 5900)

    assert await of(begin, 2026, first.contact_id) == [(4500, 4500), (9900, 4000)]
    assert await of(begin, 2027, first.contact_id) == [(0, 5900)]
    async with begin.reading() as session:
        assert await years_of(session, first.contact_id) == [2027, 2026]
        with pytest.raises(NotFound):
            await statement_of(session, 2025, first.contact_id)
        with pytest.raises(NotFound):
            await statement_of(session, 2026, uuid4())


async def test_money_paid_back_is_taken_off_and_what_was_given_up_is_not_paid(
    house: Around, begin: Begin
) -> None:
    one = await enrolled(house, begin)
    await paid(house, one, 4500)
    for kind, cents in ((EntryKind.CREDIT, -1000), (EntryKind.REFUND, 1000), (EntryKind.WRITE_OFF, -200)):
        await book(begin, entry(kind, cents, MOMENT, enrolment_id=one.id))

    assert await of(begin, 2026, one.contact_id) == [(3500, 3500)]


async def test_what_another_payer_took_over_stands_on_their_statement(house: Around, begin: Begin) -> None:
    one, share, firm = await enrolled(house, begin), uuid4(), Company(name="Jobcenter")
    async with begin() as session:
        session.add(firm)
    part: dict[str, Any] = {"enrolment_id": one.id, "share_id": share}
    await book(
        begin, entry(EntryKind.CHARGE, 3000, MOMENT, company_id=firm.id, debtor_id=one.contact_id, **part)
    )
    await book(begin, entry(EntryKind.PAYMENT, -3000, MOMENT, **part))

    assert await of(begin, 2026, None, firm.id) == [(3000, 3000)]
    assert await of(begin, 2026, one.contact_id) == [(4500, 0)]


async def test_what_a_company_owes_is_not_its_contacts_though_money_went_through_their_hands(
    house: Around, begin: Begin
) -> None:
    firm, contact, seat = Company(name="Holz GmbH"), make_person("Chris", "Chef"), uuid4()
    async with begin() as session:
        session.add_all([firm, contact])
    await book(
        begin,
        entry(EntryKind.CHARGE, 4500, MOMENT, enrolment_id=seat, company_id=firm.id, debtor_id=contact.id),
        entry(EntryKind.PAYMENT, -4500, MOMENT, enrolment_id=seat, debtor_id=contact.id),
    )

    assert await of(begin, 2026, None, firm.id) == [(4500, 4500)]
    async with begin.reading() as session:
        assert await years_of(session, contact.id) == []


async def test_the_payer_the_companys_contact_and_staff_may_have_it_and_nobody_else(
    house: Around, begin: Begin
) -> None:
    one = await enrolled(house, begin)
    firm = Company(name="Holz GmbH")
    async with begin() as session:
        session.add(firm)
        payer = await session.get_one(Person, one.contact_id)
    await book(begin, entry(EntryKind.CHARGE, 100, MOMENT, company_id=firm.id))
    contact = Actor(
        identities=frozenset({Identity.COMPANY_CONTACT, Identity.LEARNER}), account_id=uuid4(), companies=frozenset({firm.id})
    )  # fmt: skip
    stranger = learner(make_person("Eve", "Neugier"))
    hers: dict[str, Any] = {"year": 2026, "at": MOMENT, "person_id": payer.id}
    firms: dict[str, Any] = {"year": 2026, "at": MOMENT, "company_id": firm.id}

    for actor, whose in ((learner(payer), hers), (staff(Identity.FINANCE), hers), (contact, firms)):
        assert (await statement_pdf(begin, actor, **whose)).startswith(b"%PDF")
    for actor, whose in (
        (stranger, hers),
        (stranger, firms),
        (learner(payer), firms),
        (staff(Identity.PROGRAMME), hers),
    ):
        with pytest.raises(NotFound):
            await statement_pdf(begin, actor, **whose)
    with pytest.raises(SignInNeeded):
        await statement_pdf(begin, ANONYMOUS, **hers)


@pytest.mark.parametrize(
    ("language", "title", "words"),
    [("de", "Jahresübersicht 2026", "45,00 Euro"), ("en", "Annual statement 2026", "45.00")],
)
async def test_it_is_printed_in_the_payers_language_and_tagged(
    house: Around, begin: Begin, language: str, title: str, words: str
) -> None:
    one = await enrolled(house, begin)
    await paid(house, one, 4500)
    async with begin() as session:
        (await session.get_one(Person, one.contact_id)).language = language
    async with begin.reading() as session:
        found = await statement_of(session, 2026, one.contact_id)

    reader = PdfReader(BytesIO(rendered(found, MOMENT)))

    text = " ".join(reader.pages[0].extract_text().split())
    assert title in text
    assert words in text
    assert "Ada Lehmann" in text
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"].value is True  # type: ignore[index]
    assert reader.trailer["/Root"]["/Lang"] == language  # type: ignore[index]
    assert date(2026, 12, 4) in {day for item in found.items for day, _ in item.payments}
