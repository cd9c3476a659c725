"""Long lists that the worker writes: how far they are, fetching them, taking them back."""
