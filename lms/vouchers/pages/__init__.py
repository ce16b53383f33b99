"""Public pages: buying a gift voucher, looking at a balance."""
