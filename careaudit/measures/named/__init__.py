"""The named measures: one file a pillar, one entry a measure."""
