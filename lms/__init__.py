"""The learning centre's service: people, rows, requests, letters."""
