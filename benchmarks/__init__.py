"""Workloads that are measured, ours beside the limit, interleaved in one run."""
