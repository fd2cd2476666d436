"""What the service keeps: rows in one database, bytes by digest in one store. No SQL stands anywhere else.

    schema      every table, in one visible place            migrations/  how a database comes to it
    database    a transaction, on SQLite or PostgreSQL       blobs        bytes by their SHA-256: local files, or S3
    …           one file an aggregate: functions over a connection, values out

Nothing is edited that anybody was told: verdicts and the trail are written once, and a verdict is replaced
by another.
"""
