"""The administrator's pages: users, sessions, the site in force, the audit log, the servers. No caller."""
