"""Counts of answers and ratings as Prometheus reads them."""

from app.foundation.telemetry import Metrics


def test_counts_are_told_by_their_labels_and_strange_methods_are_one() -> None:
    metrics = Metrics()
    for method in ("POST", "POST", "BREW", "DANCE"):
        metrics.answered(method, "/v1/ratings", 201)
    metrics.submitted("stored")
    metrics.submitted("stored", 499)
    metrics.submitted("id-conflict")
    told = metrics.exposition().decode().splitlines()
    assert 'cermin_http_answers_total{method="POST",route="/v1/ratings",status="201"} 2.0' in told
    assert 'cermin_http_answers_total{method="other",route="/v1/ratings",status="201"} 2.0' in told
    assert 'cermin_ratings_total{outcome="stored"} 500.0' in told
    assert 'cermin_ratings_total{outcome="id-conflict"} 1.0' in told
    assert "# TYPE cermin_ratings_total counter" in told


def test_what_was_never_counted_has_its_name_already() -> None:
    told = Metrics().exposition().decode()
    assert "# HELP cermin_ratings_total" in told
    assert "cermin_ratings_total{" not in told
