"""The books: the journal out of the ledger, closed months, files for accounting and for the tax office, annual statements.

The ledger is the truth; nothing here changes it. An entry of the ledger becomes one balanced booking by the chart of accounts,
a month that is over is closed by a row that can never change and carries the fingerprint of its entries.
"""
