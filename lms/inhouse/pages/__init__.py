"""Pages about training for companies."""
