"""The command-centre wall: what came in today and where, what is due, what is hot. Counts alone, never a person."""
