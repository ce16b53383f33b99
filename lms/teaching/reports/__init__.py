"""What trainers report from a session and what the team answers, and words for the colleagues who teach the same run."""
