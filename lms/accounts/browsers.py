"""What a browser calls itself, in the words people use."""

from lms.kernel.marking import N_
from lms.web.language import gettext

# the first that fits: Edge and Opera call themselves Chrome, and Chrome calls itself Safari
_PROGRAMS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def browser_words(user_agent: str) -> str:
    """The words for a User-Agent, such as "Firefox, Windows"; "another browser" for what nobody has heard of."""
    program = next((words for sign, words in _PROGRAMS if sign in user_agent), "")
    system = next((words for sign, words in _SYSTEMS if sign in user_agent), "")
    return ", ".join(part for part in (program, system) if part) or gettext(N_("Another browser"))
