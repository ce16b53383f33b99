"""Twenty plain statements over the five areas of DigComp 2.2, four in each at rising levels.

Source of areas, competences and levels: Vuorikari, Kluzer, Punie: DigComp 2.2, The Digital Competence Framework for Citizens,
2022 (JRC128415). The sentences are ours, in words one would say at the desk. A `key` never changes: kept answers name it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms.kernel.marking import N_


class Answer(StrEnum):
    """What somebody says about a statement."""

    ALONE = "allein"
    WITH_HELP = "hilfe"
    NOT_YET = "noch-nicht"


ANSWERS: Mapping[Answer, str] = {
    Answer.ALONE: N_("I can do that alone"),
    Answer.WITH_HELP: N_("I can do that with help"),
    Answer.NOT_YET: N_("I cannot do that yet"),
}


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence. `topic` follows "because you still want to practise"; `level` is one of the eight of DigComp."""

    key: str
    competence: str
    level: int
    sentence: str
    topic: str

    @property
    def area(self) -> int:
        """The area of its competence, 1 to 5."""
        return int(self.competence[0])


AREAS: Mapping[int, str] = {
    1: N_("Searching, judging, keeping"),
    2: N_("Writing to others and dealing with authorities"),
    3: N_("Making texts, pictures and programs"),
    4: N_("Staying safe"),
    5: N_("Helping oneself"),
}

STATEMENTS: Sequence[Statement] = (
    Statement(
        "s1a", "1.1", 1, N_("I can search for something on the internet."), N_("searching the internet")
    ),
    Statement(
        "s1b",
        "1.3",
        2,
        N_("I can save a picture or a letter so that I find it again."),
        N_("keeping pictures and letters"),
    ),
    Statement(
        "s1c",
        "1.2",
        3,
        N_("I can judge whether a page on the internet tells the truth."),
        N_("judging news and pages"),
    ),
    Statement(
        "s1d",
        "1.3",
        5,
        N_("I can keep my files in order and store a second copy."),
        N_("ordering and copying files"),
    ),
    Statement(
        "s2a",
        "2.1",
        1,
        N_("I can read and write messages on a mobile phone."),
        N_("messages on the mobile phone"),
    ),
    Statement(
        "s2b", "2.1", 2, N_("I can write an e-mail and send a file with it."), N_("e-mails with files")
    ),
    Statement(
        "s2c",
        "2.3",
        3,
        N_("I can settle something with an authority online, an appointment for example."),
        N_("dealing with authorities on the internet"),
    ),
    Statement(
        "s2d",
        "2.4",
        5,
        N_("I can work on one text on the internet together with others."),
        N_("working together on the internet"),
    ),
    Statement(
        "s3a",
        "3.1",
        1,
        N_("I can write a short text on a computer or tablet."),
        N_("writing texts on a device"),
    ),
    Statement(
        "s3b",
        "3.1",
        2,
        N_("I can cut a photo or make it brighter."),
        N_("working on photos"),
    ),
    Statement(
        "s3c",
        "3.3",
        4,
        N_("I know which pictures and texts of others I may use."),
        N_("using pictures and texts of others"),
    ),
    Statement("s3d", "3.4", 5, N_("I can write a small program."), N_("writing programs")),
    Statement("s4a", "4.1", 1, N_("I can lock my mobile phone with a code."), N_("locking one's own device")),
    Statement("s4b", "4.1", 2, N_("I can think of a safe password and keep it well."), N_("safe passwords")),
    Statement(
        "s4c",
        "4.2",
        3,
        N_("I notice when a message wants to cheat me."),
        N_("recognising false messages"),
    ),
    Statement(
        "s4d",
        "4.2",
        5,
        N_("I can set what apps and pages may know about me."),
        N_("protecting one's own data"),
    ),
    Statement(
        "s5a", "5.1", 1, N_("I can connect my device to a Wi-Fi network."), N_("connecting with Wi-Fi")
    ),
    Statement("s5b", "5.2", 2, N_("I can install an app or a program."), N_("installing apps and programs")),
    Statement(
        "s5c",
        "5.1",
        3,
        N_("When something does not work, I can look for the reason."),
        N_("looking for the reason of a problem"),
    ),
    Statement(
        "s5d",
        "5.2",
        5,
        N_("I can choose the device or program that fits a task."),
        N_("choosing devices and programs"),
    ),
)
BY_KEY: Mapping[str, Statement] = {one.key: one for one in STATEMENTS}
