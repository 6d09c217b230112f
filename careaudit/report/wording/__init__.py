"""Every sentence of the reports: words, sentences about findings, standing texts."""
