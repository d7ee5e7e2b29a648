"""What headquarters reads; nothing here writes."""
