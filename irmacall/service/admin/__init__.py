"""What the administrator's pages ask of the rest (`web.admin.ports`). Every change is a line in the audit log."""
