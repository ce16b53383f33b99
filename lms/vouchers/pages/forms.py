"""What is asked of somebody who buys a gift voucher."""

from lms.kernel.marking import N_
from lms.vouchers.models import DeliverTo
from lms.vouchers.rules import LEAST_CENTS, MOST_CENTS
from lms.vouchers.selling import Wish
from lms.web.formats import amount
from lms.web.forms import DateParts, Email, Euro, Form, Radios, Text, TextArea
from lms.web.language import current_language

WAYS = [
    (DeliverTo.ME_EMAIL.value, N_("to me by e-mail, as a file to print")),
    (DeliverTo.ME_POST.value, N_("to me by post")),
    (DeliverTo.THEM_EMAIL.value, N_("to the other person by e-mail")),
    (DeliverTo.THEM_POST.value, N_("to the other person by post")),
]
THEIRS = frozenset({DeliverTo.THEM_EMAIL, DeliverTo.THEM_POST})
LONGEST_MESSAGE = 200


class GiftForm(Form):
    """One page: the voucher, where it goes, who pays."""

    amount = Euro(
        N_("How much is the voucher to be worth?"), hint=N_("From 10 to 300 euros."), missing=N_("Enter the amount.")
    )  # fmt: skip
    for_name = Text(
        N_("For whom is it?"), hint=N_("You need not say. The name stands on the voucher."), longest=60, autocomplete="off"
    )  # fmt: skip
    message = TextArea(
        N_("A few words for the voucher"), hint=N_("You need not write any. At most 200 characters."), rows=3,
        longest=LONGEST_MESSAGE,
    )  # fmt: skip
    deliver_to = Radios(
        N_("Where do we send it?"), choices=WAYS, missing=N_("Choose where we send the voucher.")
    )
    their_email = Email(
        N_("E-mail address of the other person"), hint=N_("Only if we send it there by e-mail."), autocomplete="off"
    )  # fmt: skip
    their_street = Text(
        N_("Street and number of the other person"), hint=N_("Only if we send it there by post."), autocomplete="off"
    )  # fmt: skip
    their_postal_code = Text(N_("Postal code of the other person"), width=5, longest=10, autocomplete="off")
    their_city = Text(N_("Town of the other person"), autocomplete="off")
    deliver_on = DateParts(
        N_("On which day?"),
        hint=N_("Empty means: as soon as it is paid. It is never sent before it is paid."),
    )
    buyer_name = Text(
        N_("Your first and family name"), missing=N_("Enter your name."), longest=100, autocomplete="name"
    )
    email = Email(
        N_("Your e-mail address"), hint=N_("We write there how to pay. Without it we write by post.")
    )
    street = Text(
        N_("Your street and number"), hint=N_("Only if something comes to you by post."), autocomplete="address-line1"
    )  # fmt: skip
    postal_code = Text(N_("Your postal code"), width=5, longest=10, autocomplete="postal-code")
    city = Text(N_("Your town"), autocomplete="address-level2")

    def is_complete(self) -> bool:
        """Whether everything is there that the choices ask for; what is missing is said at its field."""
        fine = self.validate()
        cents = self.amount.data
        if cents is not None and not LEAST_CENTS <= cents <= MOST_CENTS:
            self.refuse(
                "amount", N_("Choose an amount from %(least)s to %(most)s."), least=amount(LEAST_CENTS),
                most=amount(MOST_CENTS),
            )  # fmt: skip
        way = self.deliver_to.data
        if way in THEIRS and not self.for_name.data:
            self.refuse("for_name", N_("Enter the name of the person who gets the voucher."))
        if way == DeliverTo.THEM_EMAIL and not self.their_email.data:
            self.refuse("their_email", N_("Enter the e-mail address to which we send the voucher."))
        if way == DeliverTo.THEM_POST:
            self._ask_address("their_street", "their_postal_code", "their_city")
        if way == DeliverTo.ME_EMAIL and not self.email.data:
            self.refuse("email", N_("Enter your e-mail address, so that we can send the voucher there."))
        if way == DeliverTo.ME_POST or (way and way != DeliverTo.ME_EMAIL and not self.email.data):
            self._ask_address("street", "postal_code", "city")
        return fine and not self.problems

    def _ask_address(self, street: str, postal_code: str, city: str) -> None:
        for name, sentence in (
            (street, N_("Enter street and number.")),
            (postal_code, N_("Enter the postal code.")),
            (city, N_("Enter the town.")),
        ):
            if not self[name].data:
                self.refuse(name, sentence)

    def wish(self) -> Wish:
        """What was asked for, when it is complete; addresses that nobody needs are left out."""
        way = DeliverTo(self.deliver_to.data)
        by_post, by_email = way is DeliverTo.THEM_POST, way is DeliverTo.THEM_EMAIL
        return Wish(
            amount_cents=self.amount.data, buyer_name=self.buyer_name.data, deliver_to=way,
            email=self.email.data or "", street=self.street.data or "", postal_code=self.postal_code.data or "",
            city=self.city.data or "", for_name=self.for_name.data or "", message=self.message.data or "",
            their_email=(self.their_email.data or "") if by_email else "",
            their_street=(self.their_street.data or "") if by_post else "",
            their_postal_code=(self.their_postal_code.data or "") if by_post else "",
            their_city=(self.their_city.data or "") if by_post else "",
            deliver_on=self.deliver_on.data, language=current_language(),
        )  # fmt: skip


class CodeForm(Form):
    """A code, typed by hand."""

    code = Text(
        N_("Code of the voucher"), hint=N_("It stands on the voucher, for example ABCD-EFGH-JKLM-NPQR."),
        missing=N_("Enter the code of the voucher."), longest=60, autocomplete="off", width=20,
    )  # fmt: skip
