"""The agreement: accepted on screen, by link or on paper, kept byte for byte."""

import hashlib
from datetime import date

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from lms.jobs.worker import Worker
from lms.kernel.actor import ANONYMOUS
from lms.kernel.errors import Forbidden, NotFound
from lms.lending import errors
from lms.lending.models import Loan, LoanAgreement
from lms.lending.queries import agreement_of
from lms.lending.terms import CURRENT
from lms.messaging.models import Enclosure
from tests.certificates.reading import read
from tests.lending.counter import KEEPER, Counter
from tests.making import BOTH, learner

pytestmark = BOTH


def text_of(document: bytes) -> str:
    """The words on the paper, line breaks taken for spaces."""
    return " ".join(read(document).text.split())


async def kept(counter: Counter, loan: Loan) -> LoanAgreement:
    async with counter.house.begin.reading() as session:
        found = await agreement_of(session, loan.id)
    assert found is not None
    return found


async def test_the_borrower_accepts_on_screen_and_gets_the_document(counter: Counter, jobs: Worker) -> None:
    loan = await counter.lend(last=date(2026, 12, 18))

    agreed = await counter.lending.accept(learner(counter.ada), loan_id=loan.id, name="  Ada   Lehmann ")
    again = await counter.lending.accept(learner(counter.ada), loan_id=loan.id, name="Anders")
    await jobs.drain()

    document = await kept(counter, loan)
    text = " ".join(text_of(document.document).split())
    async with counter.house.begin.reading() as session:
        enclosed = (await session.scalars(select(Enclosure.content))).all()
    assert (agreed.terms_version, agreed.terms_way, agreed.terms_name) == (CURRENT, "screen", "Ada Lehmann")
    assert again.terms_name == "Ada Lehmann"
    assert document.sha256 == hashlib.sha256(document.document).hexdigest()
    assert enclosed == [document.document]
    assert await counter.lending.document(loan.id) == document.document
    for words in (
        f"Leihvereinbarung {loan.reference}",
        "Ada Lehmann Gartenweg 5 39340 Haldensleben",
        "0001",
        "Netzteil, Hülle, Stift",
        "Freitag, 18. Dezember 2026, 18:00 Uhr",
        "420,00 Euro",
        "Am Bildschirm bestätigt von Ada Lehmann",
    ):
        assert words in text


async def test_it_speaks_the_borrowers_language_and_the_link_opens_it_without_an_account(
    counter: Counter,
) -> None:
    loan = await counter.lend(person=counter.ben)
    token = counter.house.signer.token("loan", loan.id, loan.link_version)

    with pytest.raises(NotFound):
        await counter.lending.accept(ANONYMOUS, loan_id=loan.id, name="Ben Zander", token=token[:-1] + "!")
    with pytest.raises(NotFound):
        await counter.lending.accept(learner(counter.ada), loan_id=loan.id, name="Ada Lehmann")
    with pytest.raises(errors.NobodyNamed):
        await counter.lending.accept(ANONYMOUS, loan_id=loan.id, name=" ", token=token)
    await counter.lending.accept(ANONYMOUS, loan_id=loan.id, name="Ben Zander", token=token)

    text = text_of((await kept(counter, loan)).document)
    assert "Loan agreement" in text
    assert "Accepted on screen by Ben Zander" in text


async def test_the_team_notes_what_was_signed_on_paper_and_only_the_team(counter: Counter) -> None:
    loan = await counter.lend()
    sheet = text_of(await counter.lending.document(loan.id))
    with pytest.raises(Forbidden):
        await counter.lending.note_signature(learner(counter.ada), loan_id=loan.id)

    signed = await counter.lending.note_signature(KEEPER, loan_id=loan.id)
    await counter.lending.note_signature(KEEPER, loan_id=loan.id)

    assert (signed.terms_way, signed.terms_name) == ("paper", "Ada Lehmann")
    assert "Ort, Datum, Unterschrift der ausleihenden Person" in sheet
    assert "Auf Papier unterschrieben von Ada Lehmann" in text_of((await kept(counter, loan)).document)


async def test_a_loan_that_has_ended_is_not_agreed_to(counter: Counter) -> None:
    loan = await counter.lend()
    await counter.lending.take_back(KEEPER, loan_id=loan.id)

    with pytest.raises(errors.LoanIsOver):
        await counter.lending.note_signature(KEEPER, loan_id=loan.id)


async def test_the_database_refuses_to_change_or_delete_what_was_agreed(counter: Counter) -> None:
    loan = await counter.lend()
    async with counter.house.begin() as session:
        session.add(LoanAgreement(loan_id=loan.id, document=b"%PDF", sha256="00", created_at=loan.created_at))

    for statement in (update(LoanAgreement).values(document=b"other"), delete(LoanAgreement)):
        with pytest.raises(DBAPIError, match="agreement_is_accepted"):
            async with counter.house.begin() as session:
                await session.execute(statement)
