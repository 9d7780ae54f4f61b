"""What is fetched: source specs (YAML), catalogue, generic and CMS-family spiders."""
