"""Settings: `base` and `oscar`, with the thin overlays `embedded`, `production` and `test`."""
