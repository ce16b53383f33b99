"""The set of the national statistics of the adult-education centres, checked before it leaves the house (F-O02)."""
