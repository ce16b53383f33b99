"""Who did what, when, to what: an append-only trail, sealed as a chain of hashes (domain rule 11, S-80)."""
