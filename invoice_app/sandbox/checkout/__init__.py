"""The hosted pages: checkout, the bank's challenge, the receipt."""
