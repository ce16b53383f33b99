"""Value added tax: which treatment holds on which day, and how a gross price is parted into net and tax."""
