import gc
import multiprocessing
import os
import signal

if multiprocessing.parent_process():
    # A worker of granian is a fork and has its parent's handler, which raises a flag that no worker looks at: one that
    # was asked to stop while it loaded was waited for until it was killed. Its own handler comes when it serves.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)

from django.core.wsgi import get_wsgi_application

gc.disable()  # all that is imported stays: looking through it for garbage took a sixth of the start
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
application = get_wsgi_application()

from core import checks  # noqa: E402 - after set-up

checks.refuse_half_configured()

import core.urls  # noqa: E402, F401 - the first request would wait for it

gc.freeze()
gc.enable()
