"""Staff, roles, leave cover, settings of law and service, calendar years, access log, tokens."""
