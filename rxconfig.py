"""How Reflex builds and serves the staff pages."""

import sys
from pathlib import Path

import reflex as rx

from invoice_app.config import settings

# Placeholder the build bakes in; the finished bundle is made to follow the address it was loaded from.
BUILD_ADDRESS = "http://localhost:47318"

config = rx.Config(
    app_name="invoice_app",
    api_url=BUILD_ADDRESS,
    bun_path=Path(sys.prefix) / "bin" / "bun",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    frontend_compression_formats=["gzip"],
    plugins=[],
    disable_plugins=[rx.plugins.SitemapPlugin],
    state_manager_mode="redis" if settings().redis_url else "memory",
    redis_url=settings().redis_url or None,
    cors_allowed_origins=[settings().base_url],
    trusted_proxy_hops=settings().trusted_proxy_hops,
)
