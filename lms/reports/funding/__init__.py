"""The funding ledger: every hour taught belongs to exactly one funding line (F-O04, U18)."""
