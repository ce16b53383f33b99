"""Persons, households, companies, consent. A person needs no account and no e-mail."""
