"""The rules of the product as pure functions: standard library only, no I/O, no clock, no framework."""
