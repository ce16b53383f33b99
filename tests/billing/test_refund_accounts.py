"""The account for a refund (F-G09): asked of its payer by a link good for one use, checked, shown without its middle."""

from datetime import timedelta
from uuid import uuid4

import pytest

from lms.billing.errors import AccountNeeded, LinkOver, NoSepaAccount, OwnRequest, WrongIban
from lms.billing.models import Refund, RefundState
from lms.billing.refunds.accounts import BankAccount, masked, read_account
from lms.billing.refunds.asking import LINK
from lms.billing.refunds.service import Refunds
from lms.db import Begin
from lms.kernel.errors import NotFound, Stale
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.billing.refunding import ACCOUNT, IBAN, proposed, refund_now
from tests.enrolment.places import VISITOR
from tests.making import BOTH, FixedClock, learner, make_person, staff

pytestmark = BOTH
RALF, SEVDA = staff(Identity.FINANCE), staff(Identity.FINANCE)
ASKED, READY = RefundState.ASKED, RefundState.READY


def link_of(house: Around, refund: Refund, version: int = 1) -> str:
    return house.signer.token(LINK, refund.id, version)


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("DE03120300000000202051", WrongIban),  # a digit of the check is wrong
        ("DE0212030000000020205", WrongIban),
        ("DE02999999990000202051", WrongIban),
        ("hallo", WrongIban),
        ("", AccountNeeded),
        ("BR1500000000000010932840814P2", NoSepaAccount),
    ],
)
async def test_an_iban_with_a_typing_error_is_not_taken(
    typed: str, refusal: type[Exception], database: str
) -> None:
    with pytest.raises(refusal):
        read_account("Ada Lehmann", typed)
    assert read_account("  Ada   Lehmann ", "de02 1203 0000 0000 2020 51") == BankAccount("Ada Lehmann", IBAN)
    assert masked(IBAN) == "DE02 **** **** 2051"


async def test_the_link_of_the_letter_takes_one_account_once(house: Around, begin: Begin) -> None:
    refunds, asked = Refunds(house), await proposed(house, RALF, account=None)
    token = link_of(house, asked)

    for forged in ("x" * 32, link_of(house, asked, 2)):
        with pytest.raises(NotFound):
            await refunds.name_account(VISITOR, refund_id=asked.id, token=forged, account=ACCOUNT)
    await refunds.name_account(VISITOR, refund_id=asked.id, token=token, account=ACCOUNT)
    with pytest.raises(LinkOver):
        await refunds.name_account(
            VISITOR, refund_id=asked.id, token=token, account=BankAccount("Dieb", "DE89370400440532013000")
        )

    assert asked.state is ASKED
    kept = await refund_now(begin, asked.id)
    assert (kept.state, kept.holder, kept.iban) == (READY, "Ada Lehmann", IBAN)


async def test_a_link_that_is_too_old_opens_nothing_until_we_ask_again(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    refunds, asked = Refunds(house), await proposed(house, RALF, account=None)
    old = link_of(house, asked)
    clock.forward(days=28)
    with pytest.raises(LinkOver):
        await refunds.name_account(VISITOR, refund_id=asked.id, token=old, account=ACCOUNT)

    again = await refunds.ask_again(SEVDA, refund_id=asked.id, version=asked.version)
    with pytest.raises(Stale):
        await refunds.ask_again(SEVDA, refund_id=asked.id, version=asked.version)
    with pytest.raises(LinkOver):
        await refunds.name_account(VISITOR, refund_id=asked.id, token=old, account=ACCOUNT)
    await refunds.name_account(
        VISITOR, refund_id=asked.id, token=link_of(house, asked, again.link_version), account=ACCOUNT
    )

    assert again.asked_until == clock() + timedelta(days=28)
    assert (await refund_now(begin, asked.id)).state is READY


async def test_whoever_has_an_account_names_it_there_and_nobody_elses(house: Around, begin: Begin) -> None:
    ada, ben = make_person(), make_person("Ben", "Wolf")
    async with begin() as session:
        session.add(ben)
    refunds, asked = Refunds(house), await proposed(house, RALF, account=None, person=ada)

    with pytest.raises(NotFound):
        await refunds.name_own_account(learner(ben), refund_id=asked.id, account=ACCOUNT)
    await refunds.name_own_account(learner(ada), refund_id=asked.id, account=ACCOUNT)
    with pytest.raises(LinkOver):
        await refunds.name_own_account(learner(ada), refund_id=asked.id, account=ACCOUNT)
    with pytest.raises(LinkOver):  # and the letter's link is used up by that
        await refunds.name_account(VISITOR, refund_id=asked.id, token=link_of(house, asked), account=ACCOUNT)


async def test_an_account_typed_after_the_approval_needs_another_one(house: Around, begin: Begin) -> None:
    refunds, asked = Refunds(house), await proposed(house, RALF, 30_000, account=None)
    approved = await refunds.approve(SEVDA, refund_id=asked.id, version=asked.version)

    typed = await refunds.type_account(SEVDA, refund_id=asked.id, version=approved.version, account=ACCOUNT)
    with pytest.raises(OwnRequest):
        await refunds.approve(SEVDA, refund_id=asked.id, version=typed.version)
    done = await refunds.approve(RALF, refund_id=asked.id, version=typed.version)

    assert (approved.state, done.state, done.iban) == (ASKED, READY, IBAN)
    small = await proposed(house, RALF, account=None)
    at_once = await refunds.type_account(RALF, refund_id=small.id, version=small.version, account=ACCOUNT)
    assert at_once.state is READY


async def test_an_unknown_refund_is_not_found(house: Around) -> None:
    with pytest.raises(NotFound):
        await Refunds(house).name_account(VISITOR, refund_id=uuid4(), token="x", account=ACCOUNT)
