import os
import sys
from pathlib import Path

from django.core.management.base import BaseCommand

from features.forum.services import NotOurs, receive

# What mail servers read in the end of a program that they hand a message to (sysexits.h).
NO_USER = 67


class Command(BaseCommand):
    help = (
        "Take an answer that came by mail to INBOUND_ADDRESS: one message on standard input, as a mail server hands it "
        "to a program, or all that lie in a Maildir. What cannot be used is answered by a letter; a message to no "
        "address of ours ends with 67, so that the mail server sends it back."
    )

    def add_arguments(self, parser):
        parser.add_argument("--maildir", type=Path, help="A Maildir: what lies in new/ is taken and goes to cur/")

    def handle(self, *, maildir, **options):
        if not maildir:
            try:
                receive(sys.stdin.buffer.read())
            except NotOurs:
                self.stderr.write("There is no such mailbox.")
                sys.exit(NO_USER)
            return
        taken = left = 0
        for path in sorted((maildir / "new").iterdir()):
            try:
                receive(path.read_bytes())
                taken += 1
            except NotOurs:
                left += 1
            os.replace(path, maildir / "cur" / f"{path.name}:2,S")
        self.stdout.write(f"{taken} messages were taken, {left} were for nobody here.")
