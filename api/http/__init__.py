"""The service over HTTP: routes, what they take and give, problems, and who may do what. Decides nothing else."""
