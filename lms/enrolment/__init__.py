"""Places: enrolling, holding, waiting, offers, cancelling."""
