"""A company's contact pays an open invoice online; who sits on the seats sees and pays nothing (F-F05)."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from lms.billing.queries import balance_of
from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.models import Enrolment
from lms.enrolment.seats.contacts import Seats
from lms.enrolment.seats.models import SeatOrder
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.payments.checkouts import Checkouts
from lms.payments.hooks import Hooks
from lms.people.models import Company, CompanyContact
from lms.web.module import Around
from tests.enrolment.places import VISITOR, people
from tests.making import BOTH, make_person
from tests.payments.buying import PRICE, attempts, link_of, money, paid_run, told
from tests.stripe_stand_in.fixture import StandIn

pytestmark = BOTH


async def contact_of(begin: Begin) -> tuple[Actor, UUID]:
    """Somebody who looks after a new company."""
    company, boss = (
        Company(name="Holz GmbH", street="Sägeweg 1", postal_code="39340", city="Haldensleben"),
        make_person(),
    )
    async with begin() as session:
        session.add_all([company, boss])
        await session.flush()
        session.add(CompanyContact(company_id=company.id, person_id=boss.id))
    identities = frozenset({Identity.LEARNER, Identity.COMPANY_CONTACT})
    return Actor(
        identities=identities, account_id=uuid4(), person_id=boss.id, companies=frozenset({company.id})
    ), company.id


async def ordered(
    begin: Begin, house: Around, boss: Actor, company_id: UUID
) -> tuple[SeatOrder, list[Enrolment]]:
    """Three seats, two of them with a name."""
    order = await Seats(house).order_seats(
        boss, order_id=uuid4(), run_id=(await paid_run(begin)).id, seats=3, company=company_id, persons=people(2),
        payment_method=PaymentMethod.INVOICE,
    )  # fmt: skip
    async with begin.reading() as session:
        rows = await session.scalars(
            select(Enrolment).where(Enrolment.order_id == order.id).order_by(Enrolment.rank)
        )
        return order, list(rows)


async def test_all_seats_of_an_order_are_paid_in_one_go(
    begin: Begin, house: Around, checkouts: Checkouts, hooks: Hooks, stripe: StandIn
) -> None:
    boss, company_id = await contact_of(begin)
    _, seats = await ordered(begin, house, boss, company_id)

    stripe.pay(await checkouts.open(boss, enrolment_id=seats[0].id))
    await told(hooks, stripe)

    assert await money(begin) == 3 * PRICE
    async with begin.reading() as session:
        accounts = await balance_of(session, [seat.id for seat in seats])
        letters = set(await session.scalars(select(Letter.kind)))
    assert {account.open_cents for account in accounts.values()} == {0}
    assert "payment_arrived" not in letters
    [attempt] = await attempts(begin)
    assert attempt.debtor_id is None


@pytest.mark.parametrize("who", ["employee", "another company", "nobody"])
async def test_nobody_else_sees_what_the_company_owes(
    begin: Begin, house: Around, checkouts: Checkouts, stripe: StandIn, who: str
) -> None:
    boss, company_id = await contact_of(begin)
    _, seats = await ordered(begin, house, boss, company_id)
    other = (await contact_of(begin))[0] if who == "another company" else VISITOR
    token = link_of(house, seats[0]) if who == "employee" else "firma"

    with pytest.raises(NotFound):
        await checkouts.due(other, enrolment_id=seats[0].id, token=token)
