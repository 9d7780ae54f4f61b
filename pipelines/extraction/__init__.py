"""Finding the article on a page without selectors: outline, scores, pruning, title, table."""
