"""Files of banks as values: CAMT.053, MT940 and CSV. No database, no clock."""
