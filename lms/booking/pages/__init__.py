"""Pages about rooms for others."""
