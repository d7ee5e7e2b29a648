"""The pages of the customer: each parses, makes one domain call, and translates its answer."""
