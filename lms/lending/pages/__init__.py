"""Pages of lending: the counter, the class, the borrower."""
