"""Refuses this process the network, other programs, and files that are none of Python's or of fonts.

An audit hook (PEP 578) sees what Python code does, however it got there: an address in a design, a mistake of ours, a
library that wants to look something up. It does not see what libraries written in C do by themselves (Fontconfig
reads its fonts that way), and it is no defence against somebody who can run machine code.
"""

import os
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

_REFUSED = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "pty.",
    "ctypes.dlopen",
)
_SYSTEM = (
    "/etc/fonts",
    "/usr/share/fonts",
    "/usr/share/fontconfig",
    "/var/cache/fontconfig",
    "/dev/null",
    "/etc/mime.types",
)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def confine() -> None:
    """From now on, and for good. Raises PermissionError wherever something is refused."""
    readable = tuple(_readable())
    writable = os.path.join(os.path.realpath(tempfile.gettempdir()), "weasyprint-")  # noqa: PTH118  # no folder, a beginning

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event.startswith(_REFUSED):
            raise PermissionError(f"a worker may not use {event}")
        if event == "open" and isinstance(args[0], str | bytes | os.PathLike):
            path = os.path.realpath(os.fsdecode(args[0]))
            writes = bool(args[2] & _WRITES) if isinstance(args[2], int) else False
            if path.startswith(writable) or (not writes and path.startswith(readable)):
                return
            raise PermissionError("a worker may not open this file")

    sys.addaudithook(hook)


def limit(computing: int, memory: int) -> None:
    """From now on at most so many seconds of computing and bytes of memory, few open files, and no file written."""
    import resource  # where it does not exist nothing is read at all

    for what, most in (
        (resource.RLIMIT_CPU, computing),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(what, (most, most))


def _readable() -> list[str]:
    paths = sysconfig.get_paths()
    folders = [
        paths["stdlib"],
        paths["platstdlib"],
        paths["purelib"],
        paths["platlib"],
        str(Path(__file__).parent),
        sysconfig.get_config_var("LIBDIR") or sys.base_prefix,
    ]
    return [*(os.path.realpath(folder) + os.sep for folder in folders), *_SYSTEM]
