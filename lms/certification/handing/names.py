"""What the file of a certificate is called: readable by people, harmless for every system."""

import re
import unicodedata

LONGEST_NAME = 80
"""Letters of the name in a file's name: Windows bears 260 for a whole path."""
NOBODY = "Person"
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)")


def file_name(family_name: str, given_name: str, number: str, ending: str = "pdf") -> str:
    """Such as "Schönfelder_Renate_TB-2026-00042.pdf": letters and digits of any script, no signs that steer or separate."""
    whose = "_".join(part for part in (plain(family_name), plain(given_name)) if part) or NOBODY
    whose = whose[:LONGEST_NAME].rstrip("_-.")
    if RESERVED.fullmatch(whose):
        whose = f"{whose}_"
    return f"{whose}_{plain(number)}.{ending}"


def plain(words: str) -> str:
    """Words as part of a file's name. Signs that are not seen, such as those that turn the direction of writing, vanish."""
    tidy = unicodedata.normalize("NFC", words)
    seen = "".join(sign for sign in tidy if unicodedata.category(sign) not in {"Cf", "Cc", "Co", "Cn"})
    return re.sub(r"_{2,}", "_", re.sub(r"[^\w.-]+", "_", seen)).strip("._-")


def split_name(name: str) -> tuple[str, str]:
    """Family name and given name of a name in one piece: the last word is the family name."""
    given, _, family = name.strip().rpartition(" ")
    return family, given
