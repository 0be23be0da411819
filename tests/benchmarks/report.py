"""One way to print a measured figure beside its bar."""


def report(name: str, value: float, bar: float, unit: str) -> None:
    """Print "<what>: <figure> (bar <bar>)"; a figure is shown, never asserted."""
    print(f"\n{name}: {value:.4g} {unit} (bar {bar:g} {unit})")
