"""What is kept: engine, models, migrations, functions on a Session, search."""
