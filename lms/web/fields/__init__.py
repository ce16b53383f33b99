"""The fields of our forms: forgiving in what they read, and with a sentence of advice for what they cannot read."""

from lms.web.fields.base import OurField, refuse
from lms.web.fields.choices import Checkbox, Checkboxes, Radios, Select
from lms.web.fields.files import Upload
from lms.web.fields.text import Email, Hidden, Password, Phone, Text, TextArea
from lms.web.fields.values import DateParts, Euro, Number, TimeOfDay

__all__ = [
    "Checkbox",
    "Checkboxes",
    "DateParts",
    "Email",
    "Euro",
    "Hidden",
    "Number",
    "OurField",
    "Password",
    "Phone",
    "Radios",
    "Select",
    "Text",
    "TextArea",
    "TimeOfDay",
    "Upload",
    "refuse",
]
