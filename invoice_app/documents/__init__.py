"""Values turned into bytes: PDF, e-mail bodies, CSV. No database and no network below this package."""
