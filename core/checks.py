"""System checks: a half-configured production does not start."""
