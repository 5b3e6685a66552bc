"""The exact maths: within two units in the last place of the C library's, the same bits compiled or not."""

import math
import os
import subprocess
import sys

import numpy as np
import pytest

from clustersim.kernels.exact import bits_of, clip, exp, float_of, log, logistic, one_less_exp, power

RNG = np.random.default_rng(20)
REACH = {  # function: its reference, and arguments over its whole range and where it is used most
    exp: (math.exp, np.concatenate((RNG.uniform(-707.9, 709.7, 4000), RNG.uniform(-3, 3, 4000), RNG.normal(0, 1e-6, 1000)))),
    log: (math.log, np.concatenate((10.0 ** RNG.uniform(-323, 308, 4000), RNG.uniform(0, 2, 4000), 1 + RNG.normal(0, 1e-6, 1000)))),
    one_less_exp: (lambda x: -math.expm1(-x), np.concatenate((10.0 ** RNG.uniform(-20, 3, 4000), RNG.uniform(0, 3, 4000)))),
    logistic: (lambda x: 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x)), RNG.uniform(-700, 700, 8000)),
}
SCRIPT = """
import hashlib, numpy as np
from clustersim.kernels.exact import exp, log, logistic, one_less_exp, power
rng = np.random.default_rng(21)
x = np.concatenate((rng.uniform(-720, 700, 3000), rng.normal(0, 3, 3000)))
y = [exp(v) for v in x] + [logistic(v) for v in x] + [log(abs(v)) for v in x] + [one_less_exp(abs(v)) for v in x]
y += [power(abs(v), 1.7) for v in x]
print(hashlib.md5(np.array(y).tobytes()).hexdigest())
"""


def ulps(found: float, true: float) -> float:
    """The difference in units in the last place of the true value."""
    return abs(found - true) / math.ulp(true)


@pytest.mark.parametrize("function", REACH, ids=lambda function: function.__name__)
def test_the_error_is_at_most_two_units_in_the_last_place(function):
    reference, arguments = REACH[function]
    assert max(ulps(function(x), reference(x)) for x in arguments.tolist()) <= 2.0


@pytest.mark.parametrize("function", REACH, ids=lambda function: function.__name__)
def test_the_bits_are_the_same_without_compilation(function):
    arguments = REACH[function][1][::10].tolist()
    assert [function(x) for x in arguments] == [float(function.py_func(x)) for x in arguments]


def test_the_bits_are_the_same_in_processes_without_compilation_and_on_a_generic_cpu():
    def digest(**environment: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", SCRIPT], env={**os.environ, **environment}, capture_output=True, text=True, check=True
        ).stdout

    assert digest() == digest(NUMBA_DISABLE_JIT="1") == digest(NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES="")


def test_exp_at_special_values():
    assert exp(0.0) == exp(-0.0) == 1.0
    assert exp(math.inf) == exp(710.0) == exp(1e300) == math.inf
    assert exp(-math.inf) == exp(-1e300) == exp(-708.1) == 0.0
    assert math.isnan(exp(math.nan))
    assert ulps(exp(709.78), math.exp(709.78)) <= 2.0  # above 2^1023 and finite
    assert ulps(exp(-708.0), math.exp(-708.0)) <= 2.0
    assert exp(2) == exp(2.0)


def test_log_at_special_values():
    assert log(1.0) == 0.0
    assert log(0.0) == log(-0.0) == -math.inf
    assert log(math.inf) == math.inf
    assert math.isnan(log(-1e-300)) and math.isnan(log(-math.inf)) and math.isnan(log(math.nan))
    assert ulps(log(5e-324), math.log(5e-324)) <= 2.0  # the smallest number there is
    assert ulps(log(1.7976931348623157e308), math.log(1.7976931348623157e308)) <= 2.0


def test_one_less_exp_at_special_values():
    assert one_less_exp(0.0) == 0.0
    assert one_less_exp(1e-300) == 1e-300
    assert one_less_exp(41.0) == one_less_exp(1e300) == one_less_exp(math.inf) == 1.0


def test_logistic_at_special_values_and_from_both_sides():
    assert logistic(0.0) == 0.5
    assert logistic(math.inf) == logistic(1e300) == 1.0
    assert logistic(-math.inf) == logistic(-1e300) == 0.0
    assert math.isnan(logistic(math.nan))
    assert all(abs(logistic(x) + logistic(-x) - 1.0) <= 2.0**-52 for x in RNG.normal(0, 5, 1000).tolist())


def test_power_passes_on_the_error_of_the_logarithm_and_no_more():
    for x, y in zip((10.0 ** RNG.uniform(-5, 5, 4000)).tolist(), RNG.uniform(-5, 5, 4000).tolist(), strict=True):
        assert ulps(power(x, y), math.pow(x, y)) <= 2.0 + 2.0 * abs(y * math.log(x))


def test_power_at_special_values():
    assert power(0.0, 0.0) == power(3.0, 0.0) == power(1.0, 7.0) == 1.0
    assert power(0.0, 0.5) == 0.0
    assert power(1e300, 2.0) == math.inf
    assert power(1e-300, 2.0) == 0.0
    assert power.py_func(0.3, 2.0) == power(0.3, 2.0) and power.py_func(0.0, 2.0) == 0.0 and power.py_func(2.0, 0.0) == 1.0


def test_bits_and_floats_turn_into_each_other():
    assert bits_of(1.0) == 0x3FF0000000000000
    assert float_of(0x4000000000000000) == 2.0
    assert all(float_of(bits_of(x)) == x for x in RNG.normal(0, 1e100, 100).tolist())


def test_clip_moves_only_what_is_outside():
    assert [clip(x, 0.0, 1.0) for x in (-1.0, 0.0, 0.25, 1.0, 2.0)] == [0.0, 0.0, 0.25, 1.0, 1.0]
    assert [clip.py_func(x, 0.0, 1.0) for x in (-1.0, 0.25, 2.0)] == [0.0, 0.25, 1.0]
