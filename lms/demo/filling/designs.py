"""One design that the team has adapted: across, with words of its own, usual for the certificates of a whole path."""

from dataclasses import replace
from datetime import timedelta

from certificates.design import Text
from certificates.document import Kind
from lms.certification.designs.models import (
    CertificateDesign,
    CertificateDesignDefault,
    CertificateDesignVersion,
)
from lms.certification.designs.wishes import beginning
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody

SHAPER = "sevda-yildirim"
AGO = (timedelta(days=40), timedelta(days=12))


async def fill_designs(ground: Ground, everybody: Everybody) -> None:
    """The design in two versions, so that there is one to go back to."""
    first = beginning("horizon", "Festlich quer")
    second = replace(
        first,
        colours={"accent": "#5b2a6e", "band": "#5b2a6e"},
        texts={
            "opening": Text("Wir bestätigen mit Freude:", "We are pleased to confirm:"),
            "foot": Text(
                "Gefördert aus Mitteln der Stadt Haldensleben.", "Funded by the town of Haldensleben."
            ),
        },
    )
    design = CertificateDesign(id=ground.key(), version=2, made_at=ground.now - AGO[0])
    await ground.put([design])
    await ground.put(
        [
            CertificateDesignVersion(
                design_id=design.id,
                number=number,
                name=wishes.name,
                wishes=wishes.to_json(),
                made_at=ground.now - ago,
                made_by=everybody.account_of(everybody.team[SHAPER]),
            )
            for number, (wishes, ago) in enumerate(zip((first, second), AGO, strict=True), start=1)
        ]
    )
    await ground.put([CertificateDesignDefault(kind=Kind.PATH.value, design_id=design.id)])
