"""What outlives a process, and what must not outlive an hour: the desk, the vault, the users, the audit log.

`desk` and `vault` each have a memory and a redis form under one suite of contract tests. `users`, `phones`
and `sessions` share one SQLite file; `audit` has its own. docs/storage.md says what is kept where, how long
and why.
"""
