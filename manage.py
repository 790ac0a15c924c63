#!/usr/bin/env python
import gc
import os
import sys

# What these make stays until they end: looking for garbage took a fifth of their time.
SHORT = {"prepare", "collectstatic", "migrate"}

if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in SHORT:
        gc.disable()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
