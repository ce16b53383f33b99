"""Keyed hashes: the number under which answers are kept, and the sign by which doubles are found.

Both are made with the centre's secret, which is no part of the database. After the secret was changed, the older ones still find what
was kept under them.
"""

import unicodedata
from collections.abc import Sequence
from uuid import UUID, uuid5

from lms.kernel.tokens import Signer
from lms.people.models import Person

NUMBER, LIKENESS, LINK = "funder-number", "funder-likeness", "funder-questions"


def numbers_of(signer: Signer, line_id: UUID, person_id: UUID) -> Sequence[str]:
    """The number of a person for a line; behind the one in force those of former secrets."""
    subject = uuid5(line_id, str(person_id))
    return [Signer(secrets=[secret]).token(NUMBER, subject) for secret in signer.secrets]


def likenesses_of(signer: Signer, line_id: UUID, person: Person) -> Sequence[str]:
    """The same for everybody of this name and postcode, however it is written."""
    said = "|".join(_plain(one) for one in (person.given_name, person.family_name, person.postal_code))
    subject = uuid5(line_id, said)
    return [Signer(secrets=[secret]).token(LIKENESS, subject) for secret in signer.secrets]


def link_of(signer: Signer, asking_id: UUID, version: int) -> str:
    """Where somebody answers without signing in."""
    return f"/foerder-fragen/{asking_id}/{signer.token(LINK, asking_id, version)}"


def _plain(words: str) -> str:
    folded = words.casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    bare = unicodedata.normalize("NFKD", folded)
    return "".join(letter for letter in bare if letter.isalnum())
