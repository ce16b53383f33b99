"""What is owed and paid: an append-only ledger, gapless invoices, credit notes. The invoice is the truth."""
