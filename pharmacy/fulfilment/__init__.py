"""The flow of an order over all stages."""
