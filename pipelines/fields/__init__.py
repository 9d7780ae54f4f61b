"""One module a field of a policy document: how its value is found, with its evidence."""
