import gc
import os

from django.core.wsgi import get_wsgi_application

gc.disable()  # all that is imported stays: looking through it for garbage took a sixth of the start
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
application = get_wsgi_application()

from core import checks  # noqa: E402 - after set-up

checks.refuse_half_configured()

import core.urls  # noqa: E402, F401 - the first request would wait for it

gc.freeze()
gc.enable()
