"""The seed formulary: three tables of facts, read by `pharmacy.formulary.tables`."""
