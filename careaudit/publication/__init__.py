"""What may be published about an audit: the document, how it is made, and what was published."""
