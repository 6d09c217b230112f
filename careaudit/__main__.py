"""Run the command line as `python -m careaudit`."""

from careaudit.cli import run

run()
