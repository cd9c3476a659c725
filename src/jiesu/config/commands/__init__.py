"""The commands of ``jiesu``: one small module each, with ``add(subparsers)`` and ``run(args)``."""
