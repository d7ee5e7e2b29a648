"""The embedded PostgreSQL: a server out of a wheel, started on the first connection.

`base.py` is the database backend that Django loads. With `DATABASE_URL` set it is not used
and any PostgreSQL 15 or newer serves.
"""
