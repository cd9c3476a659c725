"""The WSGI application that granian serves."""

from __future__ import annotations

import gc
import os
import signal

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from jiesu.config.tether import tie_to_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiesu.config.settings")

# Loaded in each of granian's workers: none may go on with the port when granian itself is killed.
tie_to_parent(signal.SIGKILL)

application = get_wsgi_application()
# Every page is loaded now: a mistake in one shows at the start, and nobody's first request waits for it.
get_resolver().url_patterns  # noqa: B018 - loads them
# What is loaded by now stays: looking through it again for garbage would hold up every hundredth request.
gc.collect()
gc.freeze()

READY = settings.JIESU.home / "run" / "web.ready"
if READY.parent.is_dir():
    # The supervisor answers 503 until this file is there.
    READY.touch()
