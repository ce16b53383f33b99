"""What the pages call the kinds of certificates."""

from certificates.document import Kind, Language
from certificates.wording import WORDS
from lms.web.language import current_language


def kind_in_words(kind: str) -> str:
    """The title that stands on the paper, in the reader's language."""
    language = Language.ENGLISH if current_language() == "en" else Language.GERMAN
    return WORDS[language].titles[Kind(kind)]
