"""What every test stands on: 64-bit JAX, one set of bits, and the same examples on every machine."""

from hypothesis import HealthCheck, settings

from quell.ground.compute import prepare

prepare()

settings.register_profile(
    "quell",
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("quell")
