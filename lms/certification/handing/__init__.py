"""From who gets a certificate to the paper in their hands: chosen, followed, packed, printed, sent, found again."""
