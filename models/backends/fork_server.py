"""Imported by the fork server alone, before all else: processes are forked of the one that has imported it."""
