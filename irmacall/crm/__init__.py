"""The municipality's CRM: told that somebody is called, talks and is done, by a reference that says nothing."""
