"""HTTP that every room shares: problem responses, bodies, middleware, the fast path, the OpenAPI document."""
