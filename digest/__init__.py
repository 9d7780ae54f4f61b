"""What is sent: editions, composition, Jinja templates, outbox sending, transports."""
