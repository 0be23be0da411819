"""Sample data: a studio for architecture and interiors, told through the services as if it had happened."""
