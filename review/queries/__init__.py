"""Pure reads that only the review pages need; everything else is in storage."""
