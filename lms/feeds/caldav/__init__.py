"""CalDAV to read (RFC 4791): for those who want a synchronised calendar. Everything that would write is refused."""
