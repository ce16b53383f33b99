"""More time, or more attempts, for one person: what somebody needs to have the same chance as others."""
