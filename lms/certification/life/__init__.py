"""What becomes of a certificate after it was issued: taken back, replaced, and at last forgotten."""
