"""The cases that a demonstration shows: about a hundred and fifty, spread over kinds, states and dues, dated from now."""
