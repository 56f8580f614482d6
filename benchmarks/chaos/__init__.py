"""Real processes, killed at random while people on both sides work; then what they were promised is looked for."""
