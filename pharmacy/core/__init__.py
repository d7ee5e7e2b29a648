"""Ground floor: values, states, ledgers, audit and outbox. Imports nothing of ours."""
