"""What trainers see of their runs and sessions, and the register itself."""
