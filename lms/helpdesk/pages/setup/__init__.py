"""Setting up the help desk."""
