"""Files that lessons may name: their kinds, by the endings of their names."""

from pathlib import PurePosixPath

MEDIA_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "svg": "image/svg+xml",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
    "vtt": "text/vtt",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "csv": "text/csv",
    "zip": "application/zip",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "odg": "application/vnd.oasis.opendocument.graphics",
}
"""By ending. Nothing else comes along: no page, no script, no program."""
PICTURES = frozenset({"png", "jpg", "jpeg", "gif", "webp", "svg"})
VIDEOS = frozenset({"mp4", "webm"})
SOUNDS = frozenset({"mp3", "m4a", "ogg", "wav"})


def ending(name: str) -> str:
    """Its ending in small letters, without the dot."""
    return PurePosixPath(name).suffix.lower().removeprefix(".")
