"""Why a file as a whole is not imported. A defect of one row is a `RowError` instead."""

from lms.kernel.errors import Invalid
from lms.kernel.marking import N_


class ImportRefused(Invalid):
    """The file cannot be used at all; nothing was read from it."""

    message = N_("This file cannot be imported.")


class EmptyFile(ImportRefused):
    message = N_("The file is empty. Please export it again.")


class FileTooLarge(ImportRefused):
    """`limit`, in megabytes."""

    message = N_("The file is larger than %(limit)s MB. Please export a shorter period.")


class TooManyRows(ImportRefused):
    """`rows` found, `limit` allowed."""

    message = N_("The file holds %(rows)s courses; at most %(limit)s can be imported at once.")


class NeitherJsonNorXml(ImportRefused):
    message = N_(
        "This is neither a JSON nor an XML file. Please choose the export of the programme that ends in .json or .xml."
    )


class Damaged(ImportRefused):
    """`line`, where reading ended."""

    message = N_(
        "The file is damaged or incomplete: reading ended in line %(line)s. Please export or copy it again."
    )


class NotUtf8(ImportRefused):
    message = N_("The letters of the file cannot be read. Please export it again with the encoding UTF-8.")


class NotAProgramme(ImportRefused):
    """`found`, what the file begins with."""

    message = N_(
        "The file begins with “%(found)s” and not with “veranstaltungen”, so it is no programme. Please choose another one."
    )


class NoCourses(ImportRefused):
    message = N_("There is no course in this file.")


class EntitiesRefused(ImportRefused):
    message = N_(
        "The file declares a document type or entities. Such files can do harm and are not read. "
        "Please export the programme without them."
    )


class FormulaRefused(ImportRefused):
    """`row` and `field` where it stands."""

    message = N_(
        "Row %(row)s holds a formula in “%(field)s”. Such files can do harm and are not read. Please remove the formula."
    )
