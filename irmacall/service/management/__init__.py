"""What the screens of management show and do. See `web.management.ports`."""
