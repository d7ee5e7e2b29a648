"""The door for systems: hospitals push prescriptions, payment providers call back."""
