"""Everything we know of Procore: every URL, JSON shape, token, header and limit."""
