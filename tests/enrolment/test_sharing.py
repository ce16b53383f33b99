"""Somebody else pays a part of a price: two accounts, two invoices, and every cent on one of them (F-G07)."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from lms.billing.models import Invoice, InvoiceKind, LedgerEntry
from lms.billing.queries import balance_of
from lms.billing.shares import PayerShare, ShareKind, ShareState
from lms.billing.standing import accounts
from lms.db import Begin
from lms.enrolment.errors import MoreThanPrice, NotApproved, SharesAlready
from lms.enrolment.models import Enrolment
from lms.enrolment.service import Enrolments
from lms.jobs.worker import Worker
from lms.kernel.errors import Forbidden
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.people.models import Company
from lms.web.module import Around
from tests.dunning.scenes import CASHIER, owing, pays
from tests.making import BOTH, FixedClock, staff

pytestmark = BOTH


async def jobcentre(begin: Begin, name: str = "Jobcenter Börde") -> UUID:
    company = Company(name=name, invoice_email="rechnung@jobcenter.example", route_id="15083-JC-42")
    async with begin() as session:
        session.add(company)
    return company.id


async def owed(begin: Begin, enrolment: Enrolment) -> dict[bool, int]:
    """What is open on the participant's account (False) and on the payers' (True)."""
    async with begin.reading() as session:
        found = await accounts(session, enrolment_ids=[enrolment.id], only_open=False)
    sums = {False: 0, True: 0}
    for one in found:
        sums[one.share_id is not None] += one.open_cents
    return sums


async def documents(begin: Begin) -> list[tuple[InvoiceKind, int, bool]]:
    async with begin.reading() as session:
        rows = await session.scalars(select(Invoice).order_by(Invoice.series, Invoice.counter))
        return [(one.kind, one.total_cents, one.share_id is not None) for one in rows]


async def test_a_jobcentre_takes_half_and_gets_an_invoice_of_its_own(
    house: Around, begin: Begin, jobs: Worker
) -> None:
    enrolment, company_id, key = await owing(house, cents=4501), await jobcentre(begin), uuid4()

    await asyncio.gather(
        *(
            Enrolments(house).share_price(
                CASHIER, enrolment_id=enrolment.id, share_id=key, company_id=company_id, kind=ShareKind.JOBCENTRE,
                percent=50, reference="BG 4711",
            )
            for _ in range(3)
        )
    )  # fmt: skip
    await jobs.drain()

    assert await owed(begin, enrolment) == {False: 2251, True: 2250}
    assert await documents(begin) == [
        (InvoiceKind.INVOICE, 4501, False),
        (InvoiceKind.INVOICE, 2250, True),
        (InvoiceKind.INVOICE, 2251, False),
        (InvoiceKind.CREDIT_NOTE, -4501, False),
    ]
    async with begin.reading() as session:
        theirs = (await session.scalars(select(Invoice).where(Invoice.share_id.is_not(None)))).one()
        addressed = (
            await session.scalars(select(Letter.to_address).where(Letter.about_id == theirs.id))
        ).all()
    assert (theirs.debtor["name"], theirs.debtor["order_number"], theirs.debtor["route_id"]) == (
        "Jobcenter Börde", "BG 4711", "15083-JC-42",
    )  # fmt: skip
    assert addressed == ["rechnung@jobcenter.example"]


async def test_a_payer_is_asked_for_their_part_whatever_the_participant_has_paid(
    house: Around, begin: Begin, clock: FixedClock, jobs: Worker
) -> None:
    enrolment, company_id = await owing(house, cents=4500), await jobcentre(begin)
    await pays(house, clock, enrolment, 4500)
    await Enrolments(house).share_price(
        CASHIER, enrolment_id=enrolment.id, share_id=uuid4(), company_id=company_id, kind=ShareKind.JOBCENTRE, percent=50,
    )  # fmt: skip

    await jobs.drain()

    async with begin.reading() as session:
        theirs = (await session.scalars(select(Invoice.id).where(Invoice.share_id.is_not(None)))).one()
        letter = (await session.scalars(select(Letter.text).where(Letter.about_id == theirs))).one()
    assert "über 22,50" in letter
    assert "Bitte überweisen Sie den Betrag bis" in letter


async def test_when_the_share_ends_the_participant_owes_it_again(house: Around, begin: Begin) -> None:
    enrolment, company_id, key = await owing(house), await jobcentre(begin), uuid4()
    enrolments = Enrolments(house)
    await enrolments.share_price(
        CASHIER, enrolment_id=enrolment.id, share_id=key, company_id=company_id, kind=ShareKind.JOBCENTRE, cents=4500
    )  # fmt: skip
    whole = await owed(begin, enrolment)

    for _ in range(2):
        await enrolments.end_share(CASHIER, share_id=key, reason="abgelehnt")

    assert whole == {False: 0, True: 4500}
    assert await owed(begin, enrolment) == {False: 4500, True: 0}
    async with begin.reading() as session:
        assert (await session.get_one(PayerShare, key)).state is ShareState.ENDED


async def test_cancelling_ends_the_share_and_the_fee_is_the_participants(house: Around, begin: Begin) -> None:
    enrolment, company_id = await owing(house), await jobcentre(begin)
    enrolments, team = Enrolments(house), staff(Identity.ENROLMENT)
    await enrolments.share_price(
        CASHIER, enrolment_id=enrolment.id, share_id=uuid4(), company_id=company_id, kind=ShareKind.EMPLOYER, cents=3000
    )  # fmt: skip
    house.clock.forward(days=25)  # type: ignore[attr-defined]  # three days before the start: half the price is kept

    outcome = await enrolments.cancel(team, enrolment_id=enrolment.id)

    assert outcome.fee_cents == 2250
    assert await owed(begin, enrolment) == {False: 2250, True: 0}


async def test_goodwill_and_shares_add_up(house: Around, begin: Begin) -> None:
    enrolment, company_id = await owing(house), await jobcentre(begin)
    enrolments = Enrolments(house)
    await enrolments.share_price(
        CASHIER, enrolment_id=enrolment.id, share_id=uuid4(), company_id=company_id, kind=ShareKind.EMPLOYER, cents=3000
    )  # fmt: skip

    await enrolments.let_off(
        staff(Identity.ENROLMENT), enrolment_id=enrolment.id, off_cents=500, reason="Lärm", form_key="k"
    )

    assert await owed(begin, enrolment) == {False: 1000, True: 3000}
    async with begin.reading() as session:
        assert (await session.get_one(Enrolment, enrolment.id)).price_cents == 4000


async def test_what_cannot_be_shared_is_refused(house: Around, begin: Begin) -> None:
    enrolment, company_id = await owing(house), await jobcentre(begin)
    enrolments = Enrolments(house)

    async def share(
        cents: int, kind: ShareKind = ShareKind.TOWN, *, by: object = CASHIER, whose: Enrolments = enrolments
    ) -> None:
        await whose.share_price(
            by, enrolment_id=enrolment.id, share_id=uuid4(), company_id=company_id, kind=kind, cents=cents,  # type: ignore[arg-type]
        )  # fmt: skip

    with pytest.raises(MoreThanPrice):
        await share(4501)
    with pytest.raises(NotApproved):
        await share(1000, ShareKind.EDUCATION_VOUCHER)
    with pytest.raises(Forbidden):
        await share(1000, by=staff(Identity.ENROLMENT))
    await share(1000)
    with pytest.raises(SharesAlready):
        await share(1000)
    async with begin.reading() as session:
        assert (await balance_of(session, [enrolment.id]))[enrolment.id].open_cents == 3500
        cents = (await session.scalars(select(LedgerEntry.amount_cents))).all()
    assert sum(cents) == 4500
    approved = house.settings.model_copy(update={"accepts_education_vouchers": True})
    other = await jobcentre(begin, "Agentur für Arbeit")
    await Enrolments(replace(house, settings=approved)).share_price(
        CASHIER, enrolment_id=enrolment.id, share_id=uuid4(), company_id=other, kind=ShareKind.EDUCATION_VOUCHER,
        cents=500,
    )  # fmt: skip
    assert await owed(begin, enrolment) == {False: 3000, True: 1500}
