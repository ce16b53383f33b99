"""What a line of a statement is for: by reference, amount and name, with the reasons in words. No database, no clock."""
