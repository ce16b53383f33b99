"""Who vouches for papers: the centre as it is today."""

from certificates.document import Issuer
from lms.settings import Settings
from lms.web.centre import Centre


def issuer_of(centre: Centre, settings: Settings) -> Issuer:
    """The centre as it stands on papers; the town without its postal code."""
    return Issuer(
        name=centre.name,
        belongs_to=centre.operator,
        address=(centre.street, centre.town),
        contact=(centre.email, settings.public_url.partition("://")[2]),
        town=centre.town.partition(" ")[2],
        representative=centre.representative,
    )
