"""The form by which the team writes an invoice: up to six lines, each with its price, its tax and its days."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from lms.billing.by_hand import HandInvoice, HandLine
from lms.billing.models import Invoice
from lms.kernel.marking import N_
from lms.web.forms import DateParts, Euro, Form, Hidden, Number, Select, Text

MOST_LINES = 6
PARTS = ("text", "quantity", "price", "tax", "starts", "ends")


class _Lines(Form):
    """Six lines; the first needs to be filled."""


for _number in range(1, MOST_LINES + 1):
    setattr(_Lines, f"text_{_number}", Text(N_("What is paid for?"), longest=200, is_asked=True))
    setattr(_Lines, f"quantity_{_number}", Number(N_("Quantity"), least=1, most=10_000, width=5))
    setattr(_Lines, f"price_{_number}", Euro(N_("Price of one, VAT included"), width=8, is_asked=True))
    setattr(_Lines, f"tax_{_number}", Select(N_("Tax"), is_asked=True))
    setattr(_Lines, f"starts_{_number}", DateParts(N_("Day of the service, or first day"), is_asked=True))
    setattr(_Lines, f"ends_{_number}", DateParts(N_("Last day"), hint=N_("Only if it is not the same day.")))


class WritingForm(_Lines):
    """The whole invoice."""

    order_number = Text(N_("Order number of the recipient"), longest=60, width=20)
    days_to_pay = Number(
        N_("Days to pay"), missing=N_("Enter the number of days."), least=0, most=90, width=5
    )
    key = Hidden()
    company = Hidden()
    person = Hidden()

    def validate(self, extra_validators: Any = None) -> bool:
        """A line that is begun is written to its end."""
        fine: bool = super().validate(extra_validators)
        for number in self.begun():
            self._need(number, "text", N_("Write what it is for."))
            self._need(number, "price", N_("Enter the price of one."))
            self._need(number, "tax", N_("Choose the tax."))
            self._need(number, "starts", N_("Enter the day of the service."))
            starts, ends = self.part(number, "starts").data, self.part(number, "ends").data
            if starts and ends and ends < starts:
                self.refuse(f"ends_{number}", N_("The last day is before the first one."))
        if not self.begun():
            self.refuse("text_1", N_("Write what it is for."))
        return fine and not self.problems

    def part(self, number: int, name: str) -> Any:
        """One field of a line."""
        return self[f"{name}_{number}"]

    def begun(self) -> list[int]:
        """The numbers of the lines in which something stands."""
        return [
            number
            for number in range(1, MOST_LINES + 1)
            if any(self.part(number, name).typed for name in ("text", "price"))
        ]

    def groups(self) -> list[tuple[int, list[Any]]]:
        """The fields, line by line."""
        return [(number, [self.part(number, name) for name in PARTS]) for number in range(1, MOST_LINES + 1)]

    def offer(self, taxes: Sequence[tuple[str, str]]) -> None:
        """Let each line choose among these taxes."""
        for number in range(1, MOST_LINES + 1):
            self.part(number, "tax").choices = list(taxes)

    def draft(self, company_id: Any, person_id: Any) -> HandInvoice:
        """The invoice of a form that is valid."""
        return HandInvoice(
            lines=[self._line(number) for number in self.begun()],
            company_id=company_id,
            person_id=person_id,
            order_number=self.order_number.data or "",
            days_to_pay=self.days_to_pay.data,
        )

    def _line(self, number: int) -> HandLine:
        starts: date = self.part(number, "starts").data
        return HandLine(
            text=self.part(number, "text").data,
            quantity=self.part(number, "quantity").data or 1,
            piece_cents=self.part(number, "price").data,
            tax_code=self.part(number, "tax").data,
            starts=starts,
            ends=self.part(number, "ends").data or starts,
        )

    def _need(self, number: int, name: str, sentence: str) -> None:
        field = self.part(number, name)
        if (field.data is None or field.data == "") and not field.errors:
            self.refuse(f"{name}_{number}", sentence)


def typed_as(invoice: Invoice) -> dict[str, Any]:
    """The lines of an invoice that was written by hand, as they were typed; more than fit are left out."""
    values: dict[str, Any] = {"order_number": str(invoice.debtor.get("order_number") or "")}
    lines = invoice.lines if invoice.terms.get("by_hand") else []
    for number, line in enumerate(lines[:MOST_LINES], start=1):
        starts, ends = date.fromisoformat(line["service_from"]), date.fromisoformat(line["service_to"])
        values |= {
            f"text_{number}": line["text"],
            f"quantity_{number}": line["quantity"],
            f"price_{number}": line["amount_cents"] // line["quantity"],
            f"tax_{number}": line["tax_code"],
            f"starts_{number}": starts,
            f"ends_{number}": ends if ends != starts else None,
        }
    return values
