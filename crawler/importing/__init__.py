"""Articles taken in by hand: an address, a saved page, a file or pasted text, one at a time."""
