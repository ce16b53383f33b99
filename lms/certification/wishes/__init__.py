"""Certificates that people ask the team for: a confirmation for the employer, a confirmation of what they have taught."""
