"""Why a file of somebody else's is refused. `place` names the entry of the archive, or the file."""

from content.errors import N_, ContentError


class NotAnArchive(ContentError):
    """Neither a zip nor a tar.gz, whatever its name says."""

    message = N_(
        "This is not an archive that can be opened. A zip file is needed, or a Moodle backup (.mbz)."
    )


class DamagedArchive(ContentError):
    """Cut off, or with a wrong checksum, or lists that do not fit what lies in it."""

    message = N_("The archive is damaged or was cut off on its way. Please send it again.")


class EncryptedEntry(ContentError):
    """Locked with a password."""

    message = N_("The archive is locked with a password. Please send it without.")


class TooManyEntries(ContentError):
    """More files than any course has; `most` is how many may come."""

    message = N_("The archive holds more than %(most)s files.")


class TooLarge(ContentError):
    """More than `most` megabytes when unpacked."""

    message = N_("Unpacked, the archive would be larger than %(most)s MB.")


class TooTight(ContentError):
    """Packed so tightly that it can only be meant to fill a disk."""

    message = N_("This file in the archive is packed more tightly than real material can be.")


class TooDeep(ContentError):
    """An archive in an archive in an archive."""

    message = N_("There are archives inside the archive that are not opened.")


class LeadsElsewhere(ContentError):
    """A name that would be written outside the folder: absolute, with a drive, a backslash or `..`."""

    message = N_("The name of this file in the archive leads outside of it.")


class StrangeName(ContentError):
    """A name with control characters or signs that turn the direction of writing, or one too long to keep."""

    message = N_("The name of this file in the archive holds signs that cannot be kept, or is too long.")


class SameName(ContentError):
    """Two files of one name; names that differ in capital letters alone count as one."""

    message = N_("Two files in the archive have the same name.")


class NotAFile(ContentError):
    """A link or a device."""

    message = N_("The archive holds a link or a device where a file should be.")


class NoRoom(ContentError):
    """The disk is full."""

    message = N_("There is no room left on the disk. Nothing was kept; please try again later.")


class BadMarkup(ContentError):
    """XML that is broken, too large, or refers to things outside of it."""

    message = N_("This file cannot be read: it is broken, too large, or refers to something outside of it.")


class MissingPart(ContentError):
    """The package names a file it does not hold."""

    message = N_("The package names a file that is not in it.")


class NotRecognised(ContentError):
    """No format that can be read."""

    message = N_(
        "We do not know this kind of file. We can read backups of Moodle, courses as Common Cartridge, packages (SCORM, H5P, cmi5), questions (QTI, GIFT), and folders of text files as ZIP. Please save it in one of these where it comes from."
    )


class MoodleXml(ContentError):
    """Moodle's other format for questions."""

    message = N_(
        "These are questions in the format Moodle XML, which we do not read. Please export them from Moodle once more and choose the format GIFT."
    )


class NothingInIt(ContentError):
    """The format is right, and nothing of it could be taken."""

    message = N_("There is nothing in this file that can become a lesson.")


class BadGift(ContentError):
    """Text that is no question in GIFT."""

    message = N_("This is not a question in GIFT.")
