"""Answers by mail: the address that letters carry, and what a message says that came to it. No database."""
