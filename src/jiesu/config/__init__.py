"""Settings, entry points, the private database and what joins the packages."""
