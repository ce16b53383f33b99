"""What the public reads about a certificate: from our own record and nothing else (S-21)."""
