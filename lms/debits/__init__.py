"""SEPA direct debit: mandates, the day of collection, the notice before it, files for the bank, and what comes back."""
