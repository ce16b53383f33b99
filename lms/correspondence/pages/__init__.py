"""`/verwaltung/nachrichtenregeln`: messages that go out by themselves."""
