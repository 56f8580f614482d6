"""Nouns and their rules: plain frozen dataclasses that import nothing of ours."""
