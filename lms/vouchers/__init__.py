"""Discount codes, which lessen a price, and value vouchers, with which people pay: issued, sold, redeemed, given back."""
