"""What each module declares about the personal data it keeps."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PersonalData:
    """One column that points to a person, why it is kept, and for how long (L-40, B5).

    `table` and `column` name it as the database does. A test walks all models and asks for one of these for every foreign
    key to `person`.
    """

    table: str
    column: str
    purpose: str
    kept: str
