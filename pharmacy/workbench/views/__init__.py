"""One file per page of the bench: parse, one domain call, translate."""
