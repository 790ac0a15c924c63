"""SMTP that tells a job the moment its letter has left (see `core.jobs.handover`)."""

import re
import smtplib
from typing import Any

from django.core.mail.backends import smtp

# RFC 5321, 4.5.3.2.6: who gives up too early on the answer to the final dot sends every letter twice.
ANSWER_PATIENCE = 60


class Plain(smtplib.SMTP):
    handover: Any = None  # see core.jobs.handover

    def data(self, message):
        if self.handover is None:
            return super().data(message)
        self.putcmd("data")
        code, answer = self.getreply()
        if code != 354:
            raise smtplib.SMTPDataError(code, answer)
        stuffed = re.sub(rb"(?m)^\.", b"..", message)
        self.send(stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n")
        try:
            self.handover.before()
        except BaseException:
            self.close()  # without the dot the server throws away what it has
            raise
        # Some servers (Exim) drop a letter when the line is dead before they have said thanks, unless more was said on
        # it: with our goodbye already there, a letter stays given even if we are killed now (RFC 2920, 3.1 allows it).
        self.send(b".\r\nQUIT\r\n" if self.has_extn("pipelining") else b".\r\n")
        self.handover.after()
        if self.sock:
            self.sock.settimeout(ANSWER_PATIENCE)
        try:
            code, answer = self.getreply()
        except (OSError, smtplib.SMTPException):
            self.handover.take_back()
            raise
        if code != 250:
            self.handover.take_back()
        return code, answer


class Encrypted(Plain, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    handover: Any = None

    @property
    def connection_class(self):
        return Encrypted if self.use_ssl else Plain

    def open(self):
        opened = super().open()
        if isinstance(self.connection, Plain):
            self.connection.handover = self.handover
        return opened
