"""The statistics of an audit: pure functions on counts that know nothing of plans or reports."""
