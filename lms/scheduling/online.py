"""Where a session meets online: at an address that somebody typed, or in a room of our own video conference."""

OUR_ROOM = "bbb:"
"""Stands where the address would stand (`Session.online_url`) and says that we make the room when the door opens.

Such a room has no address before, and later one of its own for everybody who enters (`lms.meetings.rooms`). So there is nothing
to keep; and as it is no address, a browser that were sent to it by mistake would go nowhere.
"""
