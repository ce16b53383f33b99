"""What companies see and do: ordering seats, naming people, links for their staff, invoices, papers for the employer."""
