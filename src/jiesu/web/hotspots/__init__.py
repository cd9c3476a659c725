"""Hot spots on the desk, and the consumer warnings that come of them, on desk and portal."""
