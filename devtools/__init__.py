"""Tools for people who work on Timesite: the demo, embedded servers, checks, pictures. Never part of a deployment."""
