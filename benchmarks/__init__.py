"""`make bench`: what docs/scaling.md promises, measured on real processes over loopback."""
