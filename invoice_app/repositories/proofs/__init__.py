"""What must hold in the records, one small function a rule: each answers the records that break it (product.md, Invariants)."""
