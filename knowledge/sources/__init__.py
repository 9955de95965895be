"""Where documents live, so that the shelf can be kept in step with it."""
