"""The WSGI application that granian serves."""

from __future__ import annotations

import os
import signal

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from jiesu.config.tether import tie_to_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiesu.config.settings")

# Loaded in each of granian's workers: none may go on with the port when granian itself is killed.
tie_to_parent(signal.SIGKILL)

application = get_wsgi_application()

READY = settings.JIESU.home / "run" / "web.ready"
if READY.parent.is_dir():
    # The supervisor answers 503 until this file is there.
    READY.touch()
