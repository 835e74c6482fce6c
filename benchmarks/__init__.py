"""Measurements and calibration: run from the repository, not installed."""
