"""Where a trainer's money goes, and their tax: changed by themselves after proving who they are, and they are told each time."""

import re
from dataclasses import dataclass

from lms.audit.trail import record
from lms.billing.refunds.accounts import BankAccount, masked
from lms.db import retried
from lms.honoraria.statements import policy
from lms.honoraria.statements.errors import TaxNumberMissing, VatIdWrong
from lms.honoraria.statements.events import FeeAccountChanged
from lms.honoraria.statements.models import FeeAccount, VatKind
from lms.honoraria.statements.paying import account_named
from lms.honoraria.statements.stating import lock_trainer
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.web.module import Around

VAT_ID = re.compile(r"DE\d{9}")  # § 27a UStG; nine digits after the country
LONGEST_TAX_NUMBER = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnData:
    """The account and the tax data as they were typed, the account checked (`read_account`)."""

    account: BankAccount
    tax_number: str
    vat_id: str
    vat_kind: VatKind


class FeeAccounts:
    """Changing them; the page asks for the second factor first (S-16)."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def change(self, actor: Actor, *, version: int, data: OwnData) -> FeeAccount:
        """Keep them; `version` is what the page showed, 0 for none. The same again changes nothing.

        Raises TaxNumberMissing (§ 14 (4) no. 2 UStG), VatIdWrong, Stale.
        """
        person_id = actor.person_id
        ensure(person_id is not None and policy.may_confirm(actor, person_id), actor)
        if person_id is None:
            raise NotFound
        number, vat_id = (
            " ".join(data.tax_number.split())[:LONGEST_TAX_NUMBER],
            "".join(data.vat_id.split()).upper(),
        )
        if not number and not vat_id:
            raise TaxNumberMissing
        if vat_id and not VAT_ID.fullmatch(vat_id):
            raise VatIdWrong
        wanted = (data.account.holder, data.account.iban, number, vat_id, data.vat_kind)
        at = self.clock()
        async with self.begin() as session:
            await lock_trainer(session, person_id)
            row = await session.get(FeeAccount, person_id, with_for_update=True)
            if row is not None and wanted == (row.holder, row.iban, row.tax_number, row.vat_id, row.vat_kind):
                return row
            if version != (row.version if row else 0):
                raise Stale
            before = masked(row.iban) if row else ""
            if row is None:
                row = FeeAccount(person_id=person_id, changed_at=at, version=0)
                session.add(row)
            row.holder, row.iban, row.tax_number, row.vat_id, row.vat_kind = wanted
            row.changed_at = at
            row.version += 1
            record(
                session, actor, "fee_account.changed", at=at, kind="fee_account", object_id=person_id, person_id=person_id,
                before={"iban": before}, after={"iban": masked(row.iban), "vat_kind": str(row.vat_kind)},
            )  # fmt: skip
            await account_named(session, actor, person_id, data.account, at=at)
            announce(
                session,
                FeeAccountChanged(person_id=person_id, masked=masked(row.iban), version=row.version),
                at=at,
            )
            return row
