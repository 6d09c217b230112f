"""What the public edition prints: views over a publication, and over nothing else."""

from careaudit.report.views.public.first import First, build_first
from careaudit.report.views.public.rest import Rest, build_rest
from careaudit.report.views.public.results import Results, build_results

__all__ = ["First", "Rest", "Results", "build_first", "build_rest", "build_results"]
