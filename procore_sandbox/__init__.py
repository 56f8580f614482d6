"""A local stand-in for Procore: sign-in, REST, webhooks and faults, on a plain in-process model."""
