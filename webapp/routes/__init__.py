"""HTTP in; HTML, JSON or a status out. No SQL, no requests, no rules."""
