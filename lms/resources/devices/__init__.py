"""The inventory: models, units, kits, and everything the team does with them."""
