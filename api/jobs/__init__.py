"""The queue's own end: who takes up what was accepted, and who waits for it.

local     threads of the serving process: one machine, nothing to install
workers   `procrastinate` on PostgreSQL: any number of workers, each ``countersign worker``
chores    what is done every so often beside: deliveries, sweeping
waiting   those who wait for a verdict
"""
