"""The pages of headquarters: parse, one read or one call, answer."""
