"""Starting the product: environment, frontend build, database, and the programs that serve it on one port."""
