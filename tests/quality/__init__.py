"""Quality floors of the sample sets that the repository carries."""
