"""The competences of DigComp 2.2 in words one would say at the desk.

Source: Vuorikari, Kluzer, Punie: DigComp 2.2, The Digital Competence Framework for Citizens, 2022 (JRC128415).
The framework's own names are for specialists; these say the same.
"""

from lms.kernel.marking import N_
from lms.web.language import gettext

COMPETENCES = {
    "1.1": N_("searching and finding"),
    "1.2": N_("judging whether information is true"),
    "1.3": N_("keeping files in order"),
    "2.1": N_("keeping in touch"),
    "2.2": N_("sharing things with others"),
    "2.3": N_("dealing with authorities and services online"),
    "2.4": N_("working together online"),
    "2.5": N_("good manners online"),
    "2.6": N_("looking after one's own identity online"),
    "3.1": N_("making texts, pictures and films"),
    "3.2": N_("changing and combining what exists"),
    "3.3": N_("copyright and licences"),
    "3.4": N_("programming"),
    "4.1": N_("keeping devices safe"),
    "4.2": N_("protecting personal data"),
    "4.3": N_("staying healthy with devices"),
    "4.4": N_("protecting the environment"),
    "5.1": N_("solving technical problems"),
    "5.2": N_("finding the right tool and setting it up"),
    "5.3": N_("trying out new ideas"),
    "5.4": N_("knowing what one still wants to learn"),
}
STEPS = (
    (2, N_("foundation")),
    (4, N_("independent")),
    (6, N_("advanced level")),
    (8, N_("highly specialised")),
)


def competence(code: str) -> str:
    """The competence in plain words; the bare number where the framework knows none."""
    return gettext(COMPETENCES[code]) if code in COMPETENCES else code


def step(proficiency: int) -> str:
    """The four steps that hold the eight levels."""
    return next((gettext(word) for highest, word in STEPS if proficiency <= highest), str(proficiency))
