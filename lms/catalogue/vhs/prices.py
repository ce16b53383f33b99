"""What a run costs."""

from dataclasses import dataclass

from lms.catalogue.vhs.amounts import amount, concession, refuses_reductions
from lms.catalogue.vhs.record import Notes, Record
from lms.catalogue.vhs.texts import Texts
from lms.kernel.marking import N_


@dataclass(frozen=True, slots=True)
class Price:
    """What it costs; `note` is what the source adds in words."""

    cents: int | None
    concession_cents: int | None
    note: str


def read_price(record: Record, notes: Notes, texts: Texts) -> Price:
    """The price and the reduced price, contradictions between them told."""
    given = record.text("preis", "betrag")
    cents = amount(given)
    if given.startswith("-"):
        raise notes.refused("betrag", N_("The price is below zero (%(given)s)."), given=given)
    if cents is None and given:
        notes.healed(
            "betrag", N_("“%(given)s” is no amount. Please enter the price before publishing."), given=given
        )
    elif cents is None:
        notes.healed("betrag", N_("The price is missing. Please enter it before publishing."))
    reduced = concession(record.texts("preis", "zusatz"), cents)
    return Price(cents, _checked_concession(reduced.cents, cents, record, notes, texts), reduced.rest)


def _checked_concession(
    reduced: int | None, cents: int | None, record: Record, notes: Notes, texts: Texts
) -> int | None:
    if reduced is None:
        if record.text("preis", "rabatt_moeglich").lower() in {"true", "ja", "1"}:
            notes.healed(
                "zusatz",
                N_("A reduction is possible, but the reduced price is not understood. Please enter it."),
            )
        return None
    if cents is not None and reduced >= cents:
        if reduced > cents:
            notes.healed("zusatz", N_("The reduced price is higher than the price. It was left out."))
        return None
    if refuses_reductions(f"{texts.text} {texts.notes}"):
        notes.healed(
            "zusatz",
            N_(
                "There is a reduced price, but the text says that there is no reduction. Please check which is true."
            ),
        )
    return reduced
