"""Electronic invoices: built from the frozen facts, judged by the official rules, kept as the original (L-64)."""
