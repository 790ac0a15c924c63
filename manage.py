#!/usr/bin/env python
import os
import sys

from core import garbage

if __name__ == "__main__":
    garbage.leave_it()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
