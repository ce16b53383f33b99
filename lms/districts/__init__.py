"""The districts of the town, and how many people live in each: what fairness between them is measured by."""
