"""What qualifies somebody to teach, until when it counts, and what it is required for."""
