"""The database that every room shares: engines, column types, migrations, leases, facts of the installation."""
