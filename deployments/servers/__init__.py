"""The embedded servers of a home: one Postgres, one Prefect server, and the keeper that owns both.

Started by name from `tasks/servers.py` (`python -m deployments.servers --home HOME`), never imported by it.
"""
