"""Hot spots: similar contacts found and grouped over time and place without anyone asking (``docs/hotspots.md``)."""
