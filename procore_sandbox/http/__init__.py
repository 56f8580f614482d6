"""The HTTP doors of the stand-in: REST and OAuth, the sign-in page, the control API."""
